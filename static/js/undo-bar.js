// <undo-bar seconds="8">: leaves by itself; waits while it is pointed at or holds the focus.
export function shouldLeave(secondsShown, limit, isInUse) {
  return secondsShown >= limit && !isInUse;
}

if (globalThis.customElements) {
  customElements.define("undo-bar", class extends HTMLElement {
    connectedCallback() {
      const limit = Number(this.getAttribute("seconds"));
      let shown = 0;
      this.timer = setInterval(() => {
        shown += 1;
        if (shouldLeave(shown, limit, this.matches(":hover, :focus-within"))) this.remove();
      }, 1000);
    }

    disconnectedCallback() {
      clearInterval(this.timer);
    }
  });
}
