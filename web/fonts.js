(() => {
  /* Streamlit asks ahead for its font of icons, 375 kB, which our pages need only where they show one of its icons. */
  const load = FontFaceSet.prototype.load;
  FontFaceSet.prototype.load = function (font, text) {
    return font.includes("Material Symbols") ? Promise.resolve([]) : load.call(this, font, text);
  };

  /* The answer is shown in its own font from the start, or lines would break anew under the reader's eyes. */
  const page = document.documentElement;
  page.classList.add("font-comes");
  const show = () => page.classList.remove("font-comes");
  load.call(document.fonts, "1rem Inter").then(show, show);
  setTimeout(show, 1000);
})();
