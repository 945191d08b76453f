package read

// Names and adjectives beside the short names of package kanzei, as news and
// orders write them: code, then names separated by commas. Persons are not
// countries.
const countryNames = `
AE United Arab Emirates, UAE, Emirati
AF Afghan
AL Albanian
AM Armenian
AO Angolan
AR Argentine, Argentinian, Argentine Republic
AT Austrian
AU Australian
AZ Azerbaijani
BA Bosnia and Herzegovina, Bosnia-Herzegovina, Bosnian
BD Bangladeshi, People's Republic of Bangladesh
BE Belgian
BG Bulgarian
BH Bahraini
BN Brunei Darussalam, Bruneian
BO Bolivian
BR Brazilian, Federative Republic of Brazil
BW Botswanan
BY Belarusian
CA Canadian
CD Democratic Republic of the Congo, Democratic Republic of Congo, DR Congo, DRC
CG Republic of the Congo
CH Swiss, Swiss Confederation
CI Côte d'Ivoire, Ivory Coast, Côte d` + "`" + `Ivoire, Cote d'Ivoire
CL Chilean
CM Cameroonian
CN Chinese, People's Republic of China, PRC, mainland China
CO Colombian
CR Costa Rican
CU Cuban
CV Cabo Verde
CZ Czech Republic, Czech
DE German
DK Danish
DO Dominican
DZ Algerian
EC Ecuadorian, Ecuadorean
EE Estonian
EG Egyptian
ES Spanish
ET Ethiopian
FI Finnish
FJ Fijian
FK Falkland Islands (Islas Malvinas), Falkland Islands
FR French
GB United Kingdom, UK, Britain, Great Britain, British, United Kingdom of Great Britain and Northern Ireland
GH Ghanaian
GR Greek
GT Guatemalan
GY Guyanese
HK Hong Kong Special Administrative Region
HN Honduran
HR Croatian
HU Hungarian
ID Indonesian
IE Irish
IL Israeli
IN Indian, Republic of India
IQ Iraqi
IR Iranian
IS Icelandic
IT Italian
JO Jordanian, Hashemite Kingdom of Jordan
JP Japanese
KE Kenyan
KH Cambodian, Kingdom of Cambodia
KP Democratic People's Republic of Korea, North Korean
KR Republic of Korea, Korea, ROK, South Korean, Korean
KW Kuwaiti
KZ Kazakh, Kazakhstani
LA Laotian, Lao People's Democratic Republic, Lao
LI Principality of Liechtenstein
LK Sri Lankan
LS Basotho
LT Lithuanian
LV Latvian
LY Libyan
MA Moroccan
MD Moldovan, Republic of Moldova
MG Malagasy
MK Republic of North Macedonia
MM Burma, Myanmar (Burma), Burmese
MN Mongolian
MO Macau, Macau Special Administrative Region
MU Mauritian
MW Malawian
MX Mexican, United Mexican States
MY Malaysian
MZ Mozambican
NA Namibian
NG Nigerian
NI Nicaraguan
NL Dutch, the Netherlands, Holland
NO Norwegian
NP Nepalese, Nepali
NZ New Zealand's
PE Peruvian
PH Philippine, Filipino, the Philippines
PK Pakistani
PL Polish
PT Portuguese
PY Paraguayan
QA Qatari
RO Romanian
RS Serbian
RU Russian, Russian Federation
SA Saudi, Kingdom of Saudi Arabia
SE Swedish
SG Singaporean, Republic of Singapore
SI Slovenian
SK Slovak
SV Salvadoran
SY Syrian, Syrian Arab Republic
TH Thai
TN Tunisian
TR Turkey, Turkish
TT Trinidad and Tobago
TW Taiwanese, Chinese Taipei
UA Ukrainian
UY Uruguayan
VE Venezuelan
VN Vietnamese, Viet Nam, Socialist Republic of Vietnam
VU Vanuatuan
ZA South African
ZM Zambian
ZW Zimbabwean
`

// Capitals that stand for their governments: "Tokyo pays", never "in Tokyo".
const capitalNames = `
AU Canberra
BR Brasília, Brasilia
CA Ottawa
CH Bern, Berne
CN Beijing
GB London, Downing Street
ID Jakarta
IN New Delhi, Delhi
JP Tokyo
KR Seoul
MX Mexico City
RU Moscow
TH Bangkok
TW Taipei
VN Hanoi
`

var capitals = func() map[string]bool {
	m := map[string]bool{}
	for _, t := range tokens(capitalNames, 0, len(capitalNames), nil) {
		m[t.low] = m[t.low] || !t.upper
	}
	return m
}()

// Groups of countries, by the word that stands for them.
const groupNames = `
EU European Union, EU, E.U., EU member states, European, Brussels
`

// Names that are words or persons too often to be read without a sign that a
// country is meant.
var doubtful = words("jersey guernsey georgia chad turkey polish")
