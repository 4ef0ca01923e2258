// <drop-down><details class="sp-drop">...</details></drop-down>: a menu that closes on Escape and on a click elsewhere.
export function closesOn(event, isInside) {
  return event.type === "keydown" ? event.key === "Escape" : !isInside;
}

if (globalThis.customElements) {
  customElements.define("drop-down", class extends HTMLElement {
    connectedCallback() {
      const details = this.querySelector("details");
      this.close = (event) => {
        if (!details.open || !closesOn(event, this.contains(event.target))) return;
        details.open = false;
        if (event.type === "keydown") details.querySelector("summary").focus();
      };
      document.addEventListener("click", this.close);
      document.addEventListener("keydown", this.close);
    }

    disconnectedCallback() {
      document.removeEventListener("click", this.close);
      document.removeEventListener("keydown", this.close);
    }
  });
}
