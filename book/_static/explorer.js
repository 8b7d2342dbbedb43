/* Draws the charts with sliders of a page (see tools/sphinx_ext/lossbook_explorers.py). Vega is
   fetched when the first chart comes near the window; until then, and without scripts, each
   chart's picture stands in its place. */

(() => {
  const here = document.currentScript.src;
  const NARROW = 560; // pixels; below, the two panels stand one above the other
  const BESIDE = 150; // pixels of axes, words and gaps around two panels
  const ABOVE = 75; // and around one

  let fetched;
  function fetchVega() {
    fetched ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("vega.js", here).href;
      script.onload = () => resolve(window.vegaEmbed);
      script.onerror = reject;
      document.head.append(script);
    });
    return fetched;
  }

  const part = (place, name, tag = "div") => {
    const element = document.createElement(tag);
    element.className = `explorer-${name}`;
    place.append(element);
    return element;
  };

  async function draw(place) {
    const vegaEmbed = await fetchVega();
    const spec = JSON.parse(place.querySelector("script").textContent);
    const sliders = spec.params.filter((param) => param.bind);
    delete spec.$schema; // the version that Vega is given here reads older ones too
    delete spec.title; // the page has the sentence below the sliders
    delete spec.background;
    const words = `${place.dataset.words} ${spec.description}`;
    place.hidden = false;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", "Chart with sliders");
    const chart = part(place, "chart");
    const inputs = part(place, "sliders");
    const reading = part(place, "reading", "p");
    reading.setAttribute("role", "status");
    place.parentElement.classList.add("explored");

    let width, embedded;
    async function lay() {
      if (place.clientWidth === width || place.clientWidth === 0) return;
      width = place.clientWidth;
      const columns = width < NARROW ? 1 : 2;
      spec.columns = columns;
      for (const panel of spec.concat) {
        panel.width = Math.floor((width - (columns === 2 ? BESIDE : ABOVE)) / columns);
        panel.height = columns === 2 ? 200 : 150;
      }
      for (const slider of embedded ? sliders : []) {
        slider.value = embedded.view.signal(slider.name); // keep what the reader chose
      }
      embedded?.finalize();
      inputs.replaceChildren();
      embedded = await vegaEmbed(chart, spec, {
        mode: "vega-lite", renderer: "svg", actions: false, tooltip: false, hover: false, bind: inputs,
      });
      const { view } = embedded;
      const say = () => { reading.textContent = `${view.signal("reading")}.`; };
      view.addSignalListener("reading", say);
      say();
      // one picture with one description, instead of an object for each axis and mark
      chart.setAttribute("role", "img");
      chart.setAttribute("aria-label", words);
      chart.removeAttribute("aria-roledescription");
      place.view = view; // for whoever wants to read the curves
    }
    await lay();
    new ResizeObserver(lay).observe(place);
  }

  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const place = target.querySelector(":scope > .explorer");
      draw(place).catch((error) => {
        console.error(error);
        place.hidden = true;
        target.classList.remove("explored");
      });
    }
  }, { rootMargin: "400px" });
  for (const place of document.querySelectorAll(".explorer")) near.observe(place.parentElement);
})();
