"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const STEP = 100;
  const AT_FIRST = ["fail", "unknown"];
  const PRINTED_PASSES = 50;
  const [RESOURCE, KIND, DETAIL, ADDRESS, CONSTRUCT, SETTING, LINE, , INTENDED, DEPLOYED, MUTE] = Array(11).keys();
  const LABELS = ["Resource", "What was seen", "Where it comes from"];
  const environment = document.querySelector("h1").firstChild.textContent.trim();
  const form = document.getElementById("filters");
  const search = document.getElementById("search");
  const findings = [...document.querySelectorAll(".finding")].map((element) => ({
    element,
    rows: data.findings[element.id],
    head: `${element.querySelector("summary").textContent} ${element.querySelector(".about").textContent}`.toLowerCase(),
    texts: null,
    matching: data.findings[element.id],
  }));

  for (const element of document.querySelectorAll(".needs-program")) element.hidden = false;
  for (const element of document.querySelectorAll(".more-note")) element.hidden = true;

  // Names from AWS only ever become text, never markup.
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const cell = (label, ...children) => {
    const element = make("td", {}, ...children);
    element.dataset.label = label;
    return element;
  };

  const difference = (row) => make("dl", { className: "difference" },
    ...[["intended", row[INTENDED]], ["deployed", row[DEPLOYED]]].map(([name, value]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, value === null ? "none" : value))));

  const rowOf = (row) => {
    const seen = [row[DETAIL]];
    if (row[INTENDED] !== null || row[DEPLOYED] !== null) seen.push(difference(row));
    if (row[MUTE]) seen.push(make("p", { className: "reason" }, `Muted: ${row[MUTE]}`));
    const origin = [];
    if (row[ADDRESS]) origin.push(make("code", { title: "Terraform address" }, row[ADDRESS]));
    if (row[CONSTRUCT]) origin.push(make("code", { title: "Construct" }, row[CONSTRUCT]));
    const line = row[LINE] ? ` · environments/${environment}.yaml:${row[LINE]}` : "";
    if (row[SETTING]) origin.push(make("code", { title: "Field of the environment file" }, row[SETTING] + line));
    const where = cell(LABELS[2], ...origin);
    where.className = "origin";
    const name = make("span", { className: "resource" }, row[RESOURCE]);
    return make("tr", {}, cell(LABELS[0], name), cell(LABELS[1], ...seen), where);
  };

  const fill = (finding, limit) => {
    const { element, matching } = finding;
    const shown = matching.slice(0, limit);
    element.querySelector("tbody").replaceChildren(...shown.map(rowOf));
    const left = matching.length - shown.length;
    const more = element.querySelector(".more");
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(left, STEP).toLocaleString("en")} of ${left.toLocaleString("en")} more`;
    more.onclick = () => {
      fill(finding, limit + STEP);
      element.querySelector(`tbody tr:nth-child(${limit + 1})`).scrollIntoView({ block: "nearest" });
    };
  };

  const wanted = () => ({
    states: new Set([...form.querySelectorAll("[name=state]:checked")].map((box) => box.value)),
    severity: form.elements.severity.value,
    service: form.elements.service.value,
    kind: form.elements.kind.value,
    words: search.value.toLowerCase().split(/\s+/).filter(Boolean),
  });

  // Nothing is shown at first when nothing is wrong: that is no search without a match.
  const allWell = document.getElementById("all-well");
  const asAtFirst = ({ states, severity, service, kind, words }) =>
    [...states].every((state) => AT_FIRST.includes(state)) && !severity && !service && !kind && !words.length;

  const matchingRows = (finding, { kind, words }) => {
    const { rows, head } = finding;
    const left = words.filter((word) => !head.includes(word));
    if (!left.length && !kind) return rows;
    finding.texts ??= rows.map((row) => row.filter((part) => part !== null).join("\n").toLowerCase());
    return rows.filter((row, number) =>
      (!kind || row[KIND] === kind) && left.every((word) => finding.texts[number].includes(word)));
  };

  const apply = () => {
    const filter = wanted();
    let groups = 0;
    let resources = 0;
    for (const finding of findings) {
      const { state, severity, service } = finding.element.dataset;
      const fits = filter.states.has(state) && (!filter.severity || filter.severity === severity) &&
        (!filter.service || filter.service === service);
      finding.matching = fits ? matchingRows(finding, filter) : [];
      const hidden = finding.matching.length === 0;
      finding.element.hidden = hidden;
      if (hidden) continue;
      groups += 1;
      resources += finding.matching.length;
      const count = finding.matching.length.toLocaleString("en");
      const all = finding.rows.length.toLocaleString("en");
      finding.element.querySelector(".number").textContent = count === all ? all : `${count} of ${all}`;
      if (finding.element.open) fill(finding, STEP);
    }
    const shown = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
    const well = groups === 0 && asAtFirst(filter) && allWell !== null;
    if (allWell) allWell.hidden = !well;
    document.getElementById("count").textContent = well ? "" : `${shown(groups, "check")}, ${shown(resources, "result")}`;
    document.getElementById("nothing").hidden = groups > 0 || well;
  };

  const choose = ({ states = AT_FIRST, words = "" } = {}) => {
    for (const box of form.querySelectorAll("[name=state]")) box.checked = states.includes(box.value);
    for (const select of form.querySelectorAll("select")) select.value = "";
    search.value = words;
    apply();
  };

  for (const finding of findings) {
    finding.element.addEventListener("toggle", () => {
      if (finding.element.open && !printing) fill(finding, STEP);
    });
  }
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 80);
  });
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const id of ["reset", "reset-again"]) document.getElementById(id).addEventListener("click", () => choose());
  document.getElementById("show-passed")?.addEventListener("click", () => choose({ states: ["pass"] }));
  for (const link of document.querySelectorAll("[data-only]")) {
    link.addEventListener("click", () => choose({ states: [link.dataset.only] }));
  }
  for (const link of document.querySelectorAll("[data-find]")) {
    link.addEventListener("click", () => choose({ states: ["fail", "unknown", "muted", "pass"], words: link.dataset.find }));
  }

  // Ports: a chosen one shows its path.
  const path = document.getElementById("path");
  const entryOf = (number) => {
    const [source, destination, port, ports, words, hops] = data.ports[number];
    const heading = make("h3", {}, `${source} → ${destination}, ${port} (${ports}): ${words}`);
    return [heading, make("ol", {}, ...hops.map((hop) => make("li", {}, hop)))];
  };
  let pressed = null;
  for (const button of document.querySelectorAll("button.port")) {
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const again = pressed === button;
      if (pressed) pressed.setAttribute("aria-pressed", "false");
      pressed = again ? null : button;
      path.hidden = again;
      if (again) return;
      button.setAttribute("aria-pressed", "true");
      const numbers = (button.dataset.port ?? button.dataset.ports).split(" ");
      path.replaceChildren(...numbers.flatMap((number) => entryOf(Number(number))));
      path.scrollIntoView({ block: "nearest" });
    });
  }

  // Light and dark: what the system says, until somebody chooses.
  const theme = document.getElementById("theme");
  const dark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const name = () => { theme.textContent = dark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    name();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);

  // Paper has no buttons: everything is unfolded before, and folded again after.
  let printing = false;
  let folded = [];
  const passes = ({ rows }) => {
    const names = [...new Set(rows.slice(0, PRINTED_PASSES).map((row) => row[RESOURCE]))].join(", ");
    const left = Math.max(0, rows.length - PRINTED_PASSES);
    const text = left ? `${names} and ${left.toLocaleString("en")} more` : names;
    return make("tr", {}, make("td", { colSpan: 3, className: "printed-passes" }, text));
  };
  const unfold = () => {
    if (printing) return;
    printing = true;
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const finding of findings) {
      const all = finding.matching;
      finding.matching = finding.rows;
      if (finding.element.dataset.state === "pass") finding.element.querySelector("tbody").replaceChildren(passes(finding));
      else fill(finding, finding.rows.length);
      finding.matching = all;
    }
    for (const element of folded) element.open = true;
  };
  const fold = () => {
    for (const element of folded) element.open = false;
    printing = false;
    apply();
  };
  addEventListener("beforeprint", unfold);
  addEventListener("afterprint", fold);

  name();
  apply();
})();
