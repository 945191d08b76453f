package svg

import "math"

// EqualEarth projects degrees to the plane, x to the east and y to the north in
// radii of the sphere: |x| <= 2.7066, |y| <= 1.3173. Areas keep their ratios.
//
//	sin θ = (√3/2) sin φ
//	x = 2√3 λ cos θ / (3 (9 A4 θ⁸ + 7 A3 θ⁶ + 3 A2 θ² + A1))
//	y = A4 θ⁹ + A3 θ⁷ + A2 θ³ + A1 θ
//
// Šavrič, Patterson and Jenny (2018), The Equal Earth map projection,
// International Journal of Geographical Information Science 33.
func EqualEarth(lon, lat float64) (x, y float64) {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	t := math.Asin(math.Sqrt(3) / 2 * math.Sin(lat*math.Pi/180))
	t2 := t * t
	t6 := t2 * t2 * t2
	x = 2 * math.Sqrt(3) * lon * math.Pi / 180 * math.Cos(t) / (3 * (9*a4*t6*t2 + 7*a3*t6 + 3*a2*t2 + a1))
	return x, t * (a1 + a2*t2 + t6*(a3+a4*t2))
}
