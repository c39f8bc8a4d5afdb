package web

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
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
	expected   string // regular expression: what the browser may complain about in this test
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
		chromedp.ExecPath(browserPath(t)), chromedp.UserDataDir(t.TempDir()))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	return newTab(t, alloc)
}

// profile is another profile of the same browser: another person.
func (b *tab) profile() *tab { return newTab(b.t, b.ctx, chromedp.WithNewBrowserContext()) }

func newTab(t *testing.T, parent context.Context, options ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	b := &tab{t: t, ctx: ctx}
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, c := range b.complaints {
			if b.expected == "" || !regexp.MustCompile(b.expected).MatchString(c) {
				t.Errorf("the browser complains: %s", c)
			}
		}
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 860)); err != nil { // starts the browser: no time limit
		t.Fatalf("start the browser: %v", err)
	}
	for _, err := range []error{
		call(ctx, audits.Enable, cdp.Empty{}),
		call(ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Europe/Berlin"}),
		call(ctx, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: "en-GB"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	messages, issues := chromedp.Console(ctx), chromedp.Events(ctx, audits.IssueAdded)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning {
				at := ""
				if m.Stack != nil && len(m.Stack.CallFrames) > 0 {
					at = fmt.Sprintf(" in %s", m.Stack.CallFrames[0].FunctionName)
				}
				b.complain(fmt.Sprintf("%s (%s:%d%s)", m, m.URL, m.Line+1, at))
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

func call[P, R any](ctx context.Context, c cdp.Command[P, R], params P) error {
	_, err := chromedp.Call(ctx, c, params)
	return err
}

func (b *tab) complain(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, s)
}

// patientFor is how long a browser gets for anything: only a broken page takes so long, however busy the machine is.
const patientFor = time.Minute

// do runs actions.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for _, a := range actions {
		ctx, cancel := context.WithTimeout(b.ctx, patientFor)
		err := chromedp.Do(ctx, a)
		cancel()
		if err != nil {
			b.shot("failed")
			b.t.Fatal(err)
		}
	}
}

func (b *tab) open(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url))
	b.wait(`document.querySelector('#app') !== null && stream.readyState === EventSource.OPEN`)
}

// eval is the value of an expression in the page.
func eval[T any](b *tab, js string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patientFor)
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
	ctx, cancel := context.WithTimeout(b.ctx, patientFor)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](js, chromedp.WithPollingInterval(30*time.Millisecond)))
		if err == nil {
			return
		}
		if ctx.Err() == nil {
			continue // the page has changed under the question
		}
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
		if k == kb.Enter {
			b.do(enter)
			continue
		}
		b.do(chromedp.KeyEvent(k))
	}
}

// enter presses the Enter key as a keyboard does: one event, whose character falls away when the page takes the key.
// chromedp's own sends the character as a second event, which always arrives.
func enter(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		key := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
		if kind == input.DispatchKeyEventTypeKeyDown {
			key.Text = "\r"
		}
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, key); err != nil {
			return chromedp.Void{}, err
		}
	}
	return chromedp.Void{}, nil
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
	return eval[string](b, `(e => e === document.body ? 'nothing' : e.getAttribute('aria-label') || e.labels?.[0]?.textContent || (e.matches('a, button') && e.textContent.trim()) || e.id)(document.activeElement)`)
}

// has waits until a screen reader finds something of that role and name.
func (b *tab) has(role, name string) {
	b.t.Helper()
	text := func(v *accessibility.Value) (s string) {
		if v != nil {
			_ = json.Unmarshal([]byte(v.Value), &s) // what is not text is not looked for
		}
		return s
	}
	var names []string
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			b.t.Fatal(err)
		}
		names = nil
		for _, n := range tree.Nodes {
			if n.Ignored || text(n.Role) != role {
				continue
			}
			if text(n.Name) == name {
				return
			}
			names = append(names, text(n.Name))
		}
	}
	b.t.Errorf("no %s is called %q; there are %q", role, name, names)
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
