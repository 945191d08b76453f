package model_test

import (
	"fmt"
	"log"

	"kanzei/model"
)

// Ten points more on all goods that the United States buys. What is accepted is
// the residual of every equation.
func ExampleWorld_Solve() {
	world, err := model.Load(model.DefaultWorld)
	if err != nil {
		log.Fatal(err)
	}
	us, err := world.Economy("US")
	if err != nil {
		log.Fatal(err)
	}
	tariff := world.WithTariff(func(exporter, importer, sector int, base float64) (float64, bool) {
		return base + 0.10, importer == us && exporter != us
	})
	result, err := world.Solve(model.Shock{Tariff: tariff}, model.Options{Closure: model.Balanced})
	if err != nil {
		log.Fatal(err) // an equilibrium that was not found is an error
	}
	jp, err := world.Economy("JP")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("US %+.2f %%, JP %+.2f %%\n", 100*(result.RealIncome[us]-1), 100*(result.RealIncome[jp]-1))
	fmt.Println(result.Report.Status, result.Report.Residual < 1e-10)
	// Output:
	// US +0.22 %, JP -0.11 %
	// converged true
}

// The derivative of one economy's welfare with respect to every tariff of the
// world, by one adjoint solve.
func ExampleResult_Gradient() {
	world, err := model.Load(model.DefaultWorld)
	if err != nil {
		log.Fatal(err)
	}
	jp, err := world.Economy("JP")
	if err != nil {
		log.Fatal(err)
	}
	us, err := world.Economy("US")
	if err != nil {
		log.Fatal(err)
	}
	base, err := world.Solve(model.Shock{}, model.Options{})
	if err != nil {
		log.Fatal(err)
	}
	grad, err := base.Gradient(jp)
	if err != nil {
		log.Fatal(err)
	}
	worst, at := 0.0, 0
	for j := range world.Sectors {
		if d := grad.Tariff[world.Cell(j, us, jp)]; d < worst {
			worst, at = d, j
		}
	}
	fmt.Printf("a US tariff on %s of Japan costs Japan most: %.4f %% of income for a power 1 %% higher\n", world.Sectors[at].Name, worst)
	// Output:
	// a US tariff on Motor vehicles of Japan costs Japan most: -0.0060 % of income for a power 1 % higher
}
