package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestMembersOfABrowser(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	post := func(path string, pairs ...string) int {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		r, err := c.PostForm(w.srv.URL+path, v)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r.StatusCode
	}
	acting := func() string {
		_, page := c.get("/c/random")
		_, after, _ := strings.Cut(page, `data-me="`)
		id, _, _ := strings.Cut(after, `"`)
		return id
	}
	if acting() != "m1" {
		t.Errorf("the first browser is %s", acting())
	}
	if status := post("/members", "name", "Zoë"); status != 200 || acting() != "m2" {
		t.Errorf("a second member: %d, acting as %s", status, acting())
	}
	if status := post("/act", "member", "m1"); status != 200 || acting() != "m1" {
		t.Errorf("back to the first: %d, %s", status, acting())
	}
	if status := post("/act", "member", "mira"); status != 422 || acting() != "m1" {
		t.Errorf("acting as a sample: %d, %s", status, acting())
	}
	if status := post("/name", "name", "\u200b"); status != 422 {
		t.Errorf("an invisible name: %d", status)
	}
	if status := post("/name", "name", "Grace"); status != 200 {
		t.Errorf("a new name: %d", status)
	}
	if _, page := w.visit().get("/c/random"); !strings.Contains(page, "Grace") || !strings.Contains(page, "Zoë") || !strings.Contains(page, "Mira (sample)") {
		t.Error("another browser does not see the members")
	}
	// A tab that shows another member of the same browser acts as that one.
	r, err := http.NewRequest("POST", w.srv.URL+"/event", strings.NewReader(url.Values{
		"kind": {"line"}, "text": {"as the second"}, "room": {"c:random"}, "token": {c.token()},
	}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Greenroom-Member", "m2")
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if status, _ := c.get("/c/random?as=mira"); status != 403 {
		t.Errorf("a tab that shows a sample: %d", status)
	}
	messages, err := w.history.room(t.Context(), "c:random", host)
	if err != nil || len(messages) != 1 || messages[0].From != "m2" {
		t.Errorf("%+v, %v", messages, err)
	}
}

func TestMembersAreBounded(t *testing.T) {
	w := newWorld(t, nil)
	cookie, _, err := w.history.welcome(t.Context())
	for range maxMembers - 1 {
		if err == nil {
			err = w.history.addMember(t.Context(), cookie, "")
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := w.history.addMember(t.Context(), cookie, "one too many"); !errors.Is(err, errFull) {
		t.Errorf("%v", err)
	}
	if status, page := (&client{Client: w.browser(), w: w}).get("/c/random"); status != 503 || !strings.Contains(page, "as many as it takes") {
		t.Errorf("somebody new: %d", status)
	}
	people, err := w.history.people(t.Context())
	if err != nil || len(people) != maxMembers+len(sampleMembers) {
		t.Errorf("%d people, %v", len(people), err)
	}
	seen := map[string]bool{}
	for _, m := range people {
		if seen[m.Name] {
			t.Errorf("two are called %s", m.Name)
		}
		seen[m.Name] = true
	}
}

// A form of a tab means the member whom the tab shows, whoever another tab has chosen since.
func TestRenameOfTheMemberOnThePage(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	for _, form := range []struct {
		path, name string
		status     int
	}{
		{"/members", "Zoë", 200}, // acts as m2 now
		{"/name?as=m1", "Grace", 200},
		{"/name?as=m2", "grace", 422},
		{"/name?as=m2", "mira (SAMPLE)", 422},
		{"/name?as=m2", "Greenroom", 422},
		{"/name?as=m2", "ZOË", 200},
		{"/name?as=mira", "Zed", 403},
		{"/members", "Grace", 422},
	} {
		r, err := c.PostForm(w.srv.URL+form.path, url.Values{"name": {form.name}})
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != form.status {
			t.Errorf("%s %s: %d, want %d", form.path, form.name, r.StatusCode, form.status)
		}
	}
	people, err := w.history.people(t.Context())
	if err != nil || fmt.Sprint(people[:2]) != "[{m1 Grace false} {m2 ZOË false}]" {
		t.Errorf("%v, %v", people, err)
	}
}

// Only who opens a page becomes a member: a picture or a frame on another site would fill the playground.
func TestPicturesMakeNoMembers(t *testing.T) {
	w := newWorld(t, nil)
	for into, want := range map[string]int{"": 200, "document": 200, "image": 403, "iframe": 403, "empty": 403} {
		r, err := http.NewRequest("GET", w.srv.URL+"/c/random", nil)
		if err != nil {
			t.Fatal(err)
		}
		if into != "" {
			r.Header.Set("Sec-Fetch-Dest", into)
		}
		res, err := w.browser().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want || (res.Header.Get("Set-Cookie") != "") != (want == 200) {
			t.Errorf("%q: %s with the cookie %q", into, res.Status, res.Header.Get("Set-Cookie"))
		}
	}
}

// Browsers send the cookies of one port to the others: a second playground must not overwrite those of the first.
func TestEachPortHasItsCookie(t *testing.T) {
	seen := map[string]string{}
	for _, host := range []string{"127.0.0.1:8080", "127.0.0.1:8081", "[::1]:8082", "[::1]"} {
		name := cookieName(&http.Request{Host: host})
		if seen[name] != "" || strings.ContainsAny(name, ":[]") {
			t.Errorf("%s: %q, as of %q", host, name, seen[name])
		}
		seen[name] = host
	}
}
