package duty
import ("testing";"time";"kanzei";"fmt";"runtime")
func TestProbe(t *testing.T){
 e,err:=Embedded(); if err!=nil{t.Fatal(err)}
 t0:=time.Now()
 b:=e.book(0)
 fmt.Println("bounds",len(b.bounds),"headings",len(b.Headings()),"instruments",len(e.Ledger.Instruments),"cuts",len(e.atlas.cuts),time.Since(t0))
 days:=map[kanzei.Day]bool{}
 for _,in:=range e.Ledger.Instruments{for i:=range in.Acts{a:=&in.Acts[i]; days[a.Public]=true; if a.Implemented!=0{days[a.Implemented]=true}}}
 fmt.Println("known epochs",len(days))
 var m0,m1 runtime.MemStats
 runtime.GC(); runtime.ReadMemStats(&m0)
 n:=0; t0=time.Now()
 maxp:=0; maxb:=0
 for d:=kanzei.DayOf(2018,1,2); d<kanzei.DayOf(2026,9,30); d+=1 { for _,v:=range []View{Collected,Legal}{ tb,err:=e.Table(d,0,v); if err!=nil{t.Fatal(err)}; maxp=max(maxp,len(tb.provs)); for _,l:=range tb.lists{maxb=max(maxb,len(l))} } }
 n=len(e.tables)
 runtime.GC(); runtime.ReadMemStats(&m1)
 fmt.Println("tables",n,time.Since(t0),"MB",float64(m1.HeapAlloc-m0.HeapAlloc)/1e6,"maxprovs",maxp,"maxbearing",maxb)
 t0=time.Now()
 for d:=kanzei.DayOf(2018,1,2); d<kanzei.DayOf(2026,9,30); d+=1 { e.Table(d,d,Collected) }
 runtime.GC(); runtime.ReadMemStats(&m1)
 fmt.Println("tables",len(e.tables),time.Since(t0),"MB",float64(m1.HeapAlloc-m0.HeapAlloc)/1e6, "books",len(e.books))
 entry:=kanzei.Entry{HTS:kanzei.MustHTS("8703230140"),Origin:kanzei.MustOrigin("JP"),Date:kanzei.DayOf(2025,8,20),Value:30000*kanzei.Dollar,Mode:11}
 t0=time.Now()
 for i:=0;i<10000;i++{ if _,err:=e.Assess(entry,0);err!=nil{t.Fatal(err)} }
 fmt.Println("assess",time.Since(t0)/10000)
}
