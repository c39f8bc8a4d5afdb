package web

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var updateScreenshot = flag.Bool("update-screenshot", false, "write the screenshot of docs/playground.png")

// tab is one tab of a real browser. What the browser complains about fails the test.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

// browserPath finds Debian's chromium, or what else is called so; without one the test is skipped.
func browserPath(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("a real browser takes its time: skipped with -short")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no chromium found on this machine: the tests in a real browser are skipped")
	return ""
}

// startBrowser starts a browser of its own, with its own cookies.
func startBrowser(t *testing.T) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browserPath(t)), chromedp.WindowSize(1280, 860), chromedp.Flag("lang", "en-GB"),
		chromedp.Env("TZ=Europe/Berlin"), chromedp.UserDataDir(t.TempDir()))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	b := &tab{t: t, ctx: ctx}
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		cancel()
		stop()
		for _, c := range b.complaints {
			t.Errorf("the browser complains: %s", c)
		}
	})
	b.do(chromedp.EmulateViewport(1280, 860))
	if _, err := chromedp.Call(ctx, audits.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	messages, issues := chromedp.Console(ctx), chromedp.Events(ctx, audits.IssueAdded)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning {
				b.complain(m.String())
			}
		}
	}()
	go func() {
		for e, err := range issues {
			if err != nil {
				return
			}
			if e.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
				b.complain(fmt.Sprintf("content security policy: %+v", e.Issue.Details.ContentSecurityPolicyIssueDetails))
			}
		}
	}()
	return b
}

func (b *tab) complain(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, s)
}

// do runs actions, each within ten seconds.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for _, a := range actions {
		if b.ctx.Value(started{}) == nil {
			if err := chromedp.Do(b.ctx); err != nil { // the first one starts the browser, without a limit
				b.t.Fatalf("start the browser: %v", err)
			}
			b.ctx = context.WithValue(b.ctx, started{}, true)
		}
		ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
		err := chromedp.Do(ctx, a)
		cancel()
		if err != nil {
			b.shot("failed")
			b.t.Fatal(err)
		}
	}
}

type started struct{}

func (b *tab) open(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url))
	b.wait(`document.querySelector('#app') !== null && stream.readyState === EventSource.OPEN`)
}

// eval is the value of an expression in the page.
func eval[T any](b *tab, js string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// wait waits until an expression holds in the page.
func (b *tab) wait(js string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](js, chromedp.WithPollingInterval(30*time.Millisecond))); err != nil {
		b.shot("failed")
		b.t.Fatalf("waiting for %s: %v\nthe page says:\n%s", js, err, eval[string](b, `document.body.innerText`))
	}
}

// see waits until some element that fits the selector shows the text.
func (b *tab) see(selector, text string) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`[...document.querySelectorAll(%q)].some(e => e.checkVisibility() && e.textContent.includes(%q))`, selector, text))
}

// press sends keys: text, or the names of package kb.
func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

// button clicks, with the mouse, the last visible button of that label.
func (b *tab) button(label string) {
	b.t.Helper()
	b.see("button, a", label)
	b.wait(fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll('dialog[open] button, dialog[open] a, .app button, .app a')].filter(e => e.checkVisibility() && e.textContent.includes(%q));
		document.querySelectorAll('[data-test]').forEach(e => e.removeAttribute('data-test'));
		all.at(-1)?.setAttribute('data-test', '');
		return all.length > 0;
	})()`, label))
	b.do(chromedp.Click(chromedp.CSS("[data-test]")))
}

// tabTo presses Tab until the focus is on something with that name; what a person without a mouse does.
func (b *tab) tabTo(name string) {
	b.t.Helper()
	for range 60 {
		if strings.Contains(b.focus(), name) {
			return
		}
		b.press(kb.Tab)
	}
	b.t.Fatalf("no way to %q by Tab; the focus is on %q", name, b.focus())
}

// focus is the name of what has the focus.
func (b *tab) focus() string {
	b.t.Helper()
	return eval[string](b, `(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent.trim() || e.id)(document.activeElement)`)
}

// shot takes a picture into the test's folder, which TEST_SHOTS keeps.
func (b *tab) shot(name string) []byte {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Logf("screenshot %s: %v", name, err)
		return nil
	}
	dir := os.Getenv("TEST_SHOTS")
	if dir == "" {
		dir = b.t.TempDir()
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
	return png
}
