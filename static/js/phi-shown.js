// <phi-shown>: when the <count-down> inside it has elapsed, the page is loaded again, masked.
// With masks="SELECTOR" only those elements are masked, so that a form half filled in stays.
if (globalThis.customElements) {
  customElements.define("phi-shown", class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("elapsed", () => {
        const masks = this.getAttribute("masks");
        if (!masks) return location.replace(location.href);
        for (const each of document.querySelectorAll(masks)) each.textContent = "Masked";
        this.textContent = "PHI masked";
      });
    }
  });
}
