package when

import (
	"archive/zip"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestZoneNames: zones.txt is sorted, each of its zones loads, and none of Go's own copy of the IANA database is left
// out but Factory, which means "not set", and the zone or two that a newer Go may have.
func TestZoneNames(t *testing.T) {
	if !slices.IsSorted(names) {
		t.Error("zones.txt is not sorted")
	}
	for _, name := range names {
		if zone, err := Zone(name); err != nil || zone.String() != name {
			t.Errorf("Zone(%q) = %v, %v", name, zone, err)
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("there is no go command to ask for its zones")
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Skip("this Go has no lib/time/zoneinfo.zip to compare zones.txt with")
	}
	defer archive.Close()
	var unlisted []string
	for _, file := range archive.File {
		if name := file.Name; !strings.HasSuffix(name, "/") && name != "Factory" && !slices.Contains(names, name) {
			unlisted = append(unlisted, name)
		}
	}
	if len(unlisted) > 4 {
		t.Errorf("zones.txt does not list %q; write the sorted names of Go's zoneinfo.zip into it", unlisted)
	}
}

func TestZoneSuggests(t *testing.T) {
	for word, want := range map[string]string{
		"berlin":                              "Europe/Berlin",
		"europe/berlin":                       "Europe/Berlin",
		"Berlin":                              "Europe/Berlin",
		"Europe/Belrin":                       "Europe/Berlin",
		"Europe Berlin":                       "Europe/Berlin",
		"Eurpoe/Berlin":                       "Europe/Berlin",
		"Germany/Berlin":                      "Europe/Berlin",
		"new york":                            "America/New_York",
		"New_York":                            "America/New_York",
		"utc":                                 "UTC Etc/UTC",
		"PST":                                 "PST8PDT",
		"tokio":                               "Asia/Tokyo",
		"UTC+2":                               "Etc/GMT-2",
		"gmt-05:00":                           "Etc/GMT+5",
		"indiana/knox":                        "America/Indiana/Knox",
		"UTC+99":                              "",
		"Local":                               "",
		"local":                               "",
		"":                                    "",
		"x":                                   "",
		"python":                              "",
		"weekdays":                            "",
		"../etc/passwd":                       "",
		"\xff":                                "",
		strings.Repeat("Europe/Berlin", 1000): "",
	} {
		_, err := Zone(word)
		var zone *ZoneError
		if !errors.As(err, &zone) {
			t.Errorf("Zone(%q): %v, want a *ZoneError", word, err)
			continue
		}
		if got := strings.Join(zone.Suggest, " "); got != want {
			t.Errorf("Zone(%q) suggests %q, want %q", word, got, want)
		}
	}
}

func TestZoneErrorSaysWhatToWrite(t *testing.T) {
	for word, want := range map[string]string{
		"":              "the time zone is missing; write one such as Europe/Berlin",
		"Local":         `there is no time zone "Local"; write one such as Europe/Berlin`,
		"europe/berlin": `there is no time zone "europe/berlin"; did you mean Europe/Berlin?`,
		"utc":           `there is no time zone "utc"; did you mean UTC or Etc/UTC?`,
	} {
		if _, err := Zone(word); err.Error() != want {
			t.Errorf("Zone(%q): %v, want %s", word, err, want)
		}
	}
}
