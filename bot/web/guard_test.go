package web

import (
	"bytes"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestHostNames(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1:8080": true, "localhost:8080": true, "LOCALHOST": true, "play.localhost": true, "[::1]:8080": true, "127.9.9.9": true,
		"example.com": false, "127.0.0.1.example.com": false, "localhost.example.com": false, "10.0.0.1:8080": false, "": false, "[::]:80": false,
	} {
		if got := loopback(host); got != want {
			t.Errorf("%q: %t", host, got)
		}
	}
}

func TestOnlyThisComputerUnlessOpen(t *testing.T) {
	for _, open := range []bool{false, true} {
		w := newWorld(t, func(c *Config) { c.Open = open })
		r, err := http.NewRequest("GET", w.srv.URL+"/c/random", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "rebound.example:80"
		res, err := w.browser().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if want := map[bool]int{false: 421, true: 200}[open]; res.StatusCode != want {
			t.Errorf("open %t: %d", open, res.StatusCode)
		}
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	for _, path := range []string{"/event", "/act", "/members", "/name"} {
		r, err := http.NewRequest("POST", w.srv.URL+path, strings.NewReader("kind=line&text=hi"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		res, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	// Nor can a browser that has never seen a page.
	res, err := w.browser().Post(w.srv.URL+"/event", "application/x-www-form-urlencoded", strings.NewReader("kind=line&text=hi"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("without a cookie: %d", res.StatusCode)
	}
}

func TestHeaders(t *testing.T) {
	w := newWorld(t, nil)
	res, err := w.browser().Get(w.srv.URL + "/c/random")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	csp := res.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "default-src 'none';") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the policy is %q", csp)
	}
	if cookie := res.Header.Get("Set-Cookie"); !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("the cookie is %q", cookie)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestPagesThatAreNot(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	for path, want := range map[string]int{
		"/c/nowhere": 404, "/c/random/t/c:random.9": 404, "/static/none.js": 404, "/static/..%2fweb.go": 404, "/other": 404, "/live": 400,
		"/d": 200, "/static/app.css": 200, "/static/htmx.LICENSE.txt": 200,
	} {
		if status, _ := c.get(path); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
}

// htmx is the file that its authors published as 4.0.1, and its licence lies beside it.
func TestVendoredFileIsWhatItClaims(t *testing.T) {
	b, err := staticFiles.ReadFile("static/htmx.min.js")
	if err != nil {
		t.Fatal(err)
	}
	if got := integrity(b); got != htmxIntegrity {
		t.Errorf("static/htmx.min.js has the integrity %s", got)
	}
	if !bytes.Contains(b, []byte(`"4.0.1"`)) {
		t.Error("static/htmx.min.js is another version")
	}
	licence, err := staticFiles.ReadFile("static/htmx.LICENSE.txt")
	if err != nil || !bytes.Contains(licence, []byte("Zero-Clause BSD")) {
		t.Errorf("the licence: %v", err)
	}
}

// The policy forbids what stands in a page itself, so no template may hold any.
func TestNothingInline(t *testing.T) {
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|javascript:|<script(?:[^>]*)>[^<]`)
	err := fs.WalkDir(templateFiles, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(templateFiles, path)
		if found := inline.Find(b); found != nil {
			t.Errorf("%s holds %q", path, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
