// <phi-shown>: when the <count-down> inside it has elapsed, what is marked goes, and the page is loaded again, masked.
// With masks="SELECTOR" only those elements are masked, so that a form half filled in stays.
if (globalThis.customElements) {
  customElements.define("phi-shown", class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("elapsed", () => {
        const masks = this.getAttribute("masks");
        for (const each of document.querySelectorAll(masks ?? ".sp-marked")) each.textContent = "Masked";
        if (masks) this.textContent = "PHI masked";
        else location.replace(location.href);
      });
    }
  });
}
