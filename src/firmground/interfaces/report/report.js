// The list of warnings: search, filters, sorting and pages over the rows that the page carries. Texts from data are only
// ever set as text, never as markup. A row is [household, area, shape, first raised, values, persons, change].
"use strict";
(() => {
  const box = document.getElementById("warnings");
  if (!box) return;
  const data = JSON.parse(document.getElementById("rows").textContent);
  const words = data.words;
  const SIGNS = ["▲", "◆", "●", "■", "▪"];
  const state = { text: "", group: "", risk: "", rule: "", severity: "", change: "", sort: "severity", down: false, page: 0, size: 25 };
  let fields = 0;
  const compare = new Intl.Collator(data.language, { numeric: true }).compare;

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null));
    return element;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const grouped = (text) => {
    const parts = /^(-?)(\d+)(\.\d+)?$/.exec(text);
    return parts ? parts[1] + parts[2].replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (parts[3] || "") : text;
  };
  const shown = (value, unit) => {
    if (value === null) return words.unknown;
    if (value === "true") return words.yes;
    if (value === "false") return words.no;
    return unit ? grouped(value) : data.codes[value] || grouped(value);
  };
  const unitOf = (value, many, one) => (value === null ? "" : value === "1" || value === "-1" ? one : many);

  const area = (row) => data.areas[row[1]];
  const shape = (row) => data.shapes[row[2]];
  const searched = data.rows.map((row) => {
    const [code, name, group] = area(row);
    return [row[0], code, name, data.groups[group], shape(row).title, shape(row).rule, ...(row[5] || [])].join("\n").toLowerCase();
  });

  const KEYS = {
    household: (row) => row[0],
    area: (row) => area(row)[0],
    rule: (row) => shape(row).title,
    severity: (row) => shape(row).grave,
    first_raised: (row) => row[3] || "",
  };
  const FILTERS = {
    group: (row) => data.groups[area(row)[2]],
    risk: (row) => shape(row).risk,
    rule: (row) => shape(row).title,
    severity: (row) => shape(row).severity,
    change: (row) => words[row[6]] || "",
  };

  function matching() {
    const parts = state.text.toLowerCase().split(/\s+/).filter(Boolean);
    const active = Object.keys(FILTERS).filter((name) => state[name]);
    const found = [];
    data.rows.forEach((row, number) => {
      if (active.every((name) => FILTERS[name](row) === state[name]) && parts.every((part) => searched[number].includes(part))) found.push(row);
    });
    const key = KEYS[state.sort];
    const sign = state.down ? -1 : 1;
    const order = state.sort === "severity" ? (a, b) => a - b : compare;
    return found.sort((a, b) => sign * order(key(a), key(b)));
  }

  function reasons(row) {
    const list = make("ul", { class: "reasons" });
    shape(row).reasons.forEach(([title, many, one], number) => {
      const value = row[4][number];
      const unit = unitOf(value, many, one);
      const known = make("span", { class: unit ? "nowrap" : "" }, make("b", {}, shown(value, many)));
      if (unit) known.append(" ", make("span", { class: "unit" }, unit));
      const item = make("li", {}, `${title} `, known);
      list.append(item);
    });
    return list;
  }

  function line(row) {
    const [code, name, group] = area(row);
    const kind = shape(row);
    const grave = Math.min(kind.grave, SIGNS.length - 1);
    const above = data.groups[group] === name ? code : `${data.groups[group]} · ${code}`;
    const persons = row[5] && row[5].length ? make("span", { class: "sub" }, `${words.person} ${row[5].join(", ")}`) : null;
    const sign = make("span", { class: "sign", style: `color: var(--s${grave})`, "aria-hidden": "true" }, SIGNS[grave]);
    const cells = [
      make("td", { class: "plain" }, make("span", { class: "id" }, row[0]), persons),
      make("td", { class: "plain" }, name, make("span", { class: "sub" }, above)),
      make("td", { class: "plain" }, kind.title, make("span", { class: "sub" }, kind.risk)),
      make("td", { class: "plain" }, make("span", { class: "badge" }, sign, " ", kind.severity)),
      make("td", { class: "plain" }, reasons(row)),
      make("td", { "data-label": words.first_raised, class: "nowrap" }, row[3] || "–"),
    ];
    if (data.changes) cells.push(make("td", { "data-label": words.change }, words[row[6]] || "–"));
    return make("tr", {}, ...cells);
  }

  function field(label, control, kind = "field") {
    control.id = `field-${fields++}`;
    return make("div", { class: kind }, make("label", { for: control.id }, label), control);
  }

  function choice(name, label) {
    const values = new Map();
    for (const row of data.rows) values.set(FILTERS[name](row), (values.get(FILTERS[name](row)) || 0) + 1);
    const select = make("select", { "data-filter": name }, make("option", { value: "" }, words.all));
    const ordered = name === "severity" ? [...values.keys()] : [...values.keys()].sort(compare);
    for (const value of ordered) select.append(make("option", { value }, `${value} (${values.get(value).toLocaleString("en")})`));
    select.addEventListener("change", () => { state[name] = select.value; state.page = 0; show(); });
    return field(label, select);
  }

  const search = make("input", { type: "search", placeholder: words.search_hint, autocomplete: "off" });
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { state.text = search.value; state.page = 0; show(); }, 120);
  });
  const controls = make("div", { class: "controls" },
    field(words.search, search, "field search"),
    choice("group", words.area), choice("risk", words.risk), choice("rule", words.rule), choice("severity", words.severity),
    data.changes ? choice("change", words.change) : null);

  const heads = [["household", words.household], ["area", words.area], ["rule", words.rule], ["severity", words.severity], ["", words.reasons], ["first_raised", words.first_raised]];
  if (data.changes) heads.push(["", words.change]);
  const headRow = make("tr", {}, ...heads.map(([key, title]) => {
    if (!key) return make("th", { scope: "col" }, title);
    const button = make("button", { type: "button", title: fill(words.sort, { column: title }) }, title);
    button.addEventListener("click", () => {
      state.down = state.sort === key && !state.down;
      state.sort = key;
      state.page = 0;
      show();
    });
    return make("th", { scope: "col", "data-sort": key }, button);
  }));
  const body = make("tbody");
  const table = make("table", { class: "list" }, make("thead", {}, headRow), body);
  const nothing = make("p", { class: "note" }, words.none_match, " ");
  const clear = make("button", { type: "button" }, words.clear);
  nothing.append(clear);
  const where = make("output");
  const back = make("button", { type: "button" }, words.previous);
  const on = make("button", { type: "button" }, words.next);
  const size = make("select", {}, ...[25, 100, 500].map((rows) => make("option", { value: rows }, String(rows))));
  back.addEventListener("click", () => { state.page -= 1; show(); });
  on.addEventListener("click", () => { state.page += 1; show(); });
  size.addEventListener("change", () => { state.size = Number(size.value); state.page = 0; show(); });
  clear.addEventListener("click", () => {
    search.value = state.text = "";
    for (const select of controls.querySelectorAll("select")) select.value = state[select.dataset.filter] = "";
    state.page = 0;
    show();
    search.focus();
  });
  const download = make("button", { type: "button", class: "download" }, words.download);
  download.addEventListener("click", () => save(matching()));
  const pager = make("div", { class: "pager" }, where, download, field(words.rows, size, "size"), back, on);

  // A cell as a spreadsheet takes it: quoted, and never a formula.
  const cell = (text) => `"${(/^[=+\-@\t\r]/.test(text) ? "'" : "") + text.replaceAll('"', '""')}"`;
  function cells(row) {
    const [code, name, group] = area(row);
    const kind = shape(row);
    const why = kind.reasons.map(([title, many, one], number) => {
      const value = row[4][number];
      return `${title}${words.colon}${shown(value, many)} ${unitOf(value, many, one)}`.trim();
    });
    const last = data.changes ? [words[row[6]] || ""] : [];
    return [row[0], code, name, data.groups[group], kind.title, kind.risk, kind.severity, why.join("; "), (row[5] || []).join(", "), row[3] || "", ...last];
  }

  function save(rows) {
    const head = [words.household, words.code, words.area, words.group, words.rule, words.risk, words.severity, words.reasons, words.persons, words.first_raised];
    if (data.changes) head.push(words.change);
    const text = [head, ...rows.map(cells)].map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
    // The mark at the start tells spreadsheets that this is UTF-8.
    const link = make("a", { href: URL.createObjectURL(new Blob(["\ufeff" + text], { type: "text/csv" })), download: data.file });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function show() {
    const found = matching();
    const from = state.page * state.size;
    const page = found.slice(from, from + state.size);
    body.replaceChildren(...page.map(line));
    table.hidden = !found.length;
    nothing.hidden = Boolean(found.length);
    pager.hidden = !found.length;
    const numbers = { from: from + 1, to: from + page.length, of: found.length };
    for (const name of Object.keys(numbers)) numbers[name] = numbers[name].toLocaleString("en");
    where.textContent = fill(words.shown, numbers);
    back.disabled = state.page === 0;
    on.disabled = from + page.length >= found.length;
    for (const head of headRow.querySelectorAll("[data-sort]")) {
      if (head.dataset.sort === state.sort) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  box.append(controls, table, nothing, pager);
  box.hidden = false;
  show();
})();
