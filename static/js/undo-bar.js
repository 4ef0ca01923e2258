// <undo-bar seconds="8">: leaves by itself, or when it is dismissed; waits while it is pointed at or
// holds the focus.
export function shouldLeave(secondsShown, limit, isInUse) {
  return secondsShown >= limit && !isInUse;
}

if (globalThis.customElements) {
  customElements.define("undo-bar", class extends HTMLElement {
    connectedCallback() {
      const limit = Number(this.getAttribute("seconds"));
      let shown = 0;
      if (!this.querySelector("[data-dismiss]")) this.append(this.dismissal());
      this.timer = setInterval(() => {
        shown += 1;
        if (shouldLeave(shown, limit, this.matches(":hover, :focus-within"))) this.remove();
      }, 1000);
    }

    dismissal() {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-icon btn-sm";
      button.textContent = "×";
      button.dataset.dismiss = "";
      button.setAttribute("aria-label", "Dismiss");
      button.addEventListener("click", () => {
        this.remove();
        document.getElementById("main")?.focus();
      });
      return button;
    }

    disconnectedCallback() {
      clearInterval(this.timer);
    }
  });
}
