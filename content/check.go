package content

// Check looks at banks together: it reports every question whose id another one in the banks already has.
func Check(banks []*Bank) []Problem {
	return nil
}
