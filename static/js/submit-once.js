// <submit-once></submit-once>, once on a page: a form that changes something goes once, however often it is pressed.
// The page that answers the first press is what one sees. Nothing is disabled: focus and the pressed button stay.
export const WAITS = 10000; // ms; then a form that was answered with a file may go again

// Called last, so that it sees what htmx and the elements of the page have taken over.
export class Gate {
  constructor() {
    this.sent = new Map();
  }

  // Whether the form may go. It is told again by `release`.
  lets(form, now) {
    if (this.sent.has(form) && now - this.sent.get(form) < WAITS) return false;
    this.sent.set(form, now);
    return true;
  }

  release() {
    for (const form of this.sent.keys()) form.removeAttribute("aria-busy");
    this.sent.clear();
  }
}

export function isSending({ target, submitter, defaultPrevented }) {
  const method = (submitter && submitter.getAttribute("formmethod")) || target.getAttribute("method") || "get";
  return !defaultPrevented && method.toLowerCase() === "post";
}

if (globalThis.customElements) {
  customElements.define("submit-once", class extends HTMLElement {
    connectedCallback() {
      const gate = new Gate();
      this.submit = (event) => {
        if (!isSending(event)) return;
        if (!gate.lets(event.target, performance.now())) event.preventDefault();
        else event.target.setAttribute("aria-busy", "true");
      };
      // Back shows the page as it was left: its forms may go again.
      this.show = () => gate.release();
      addEventListener("submit", this.submit);
      addEventListener("pageshow", this.show);
    }

    disconnectedCallback() {
      removeEventListener("submit", this.submit);
      removeEventListener("pageshow", this.show);
    }
  });
}
