"use strict";
// Every name is written with textContent: nothing in the data is markup.
const data = JSON.parse(document.getElementById("data").textContent);
const PAGE = 100, LONG = 200;
const at = (id) => document.getElementById(id);
const STATES = [null, ["missing", "declared, not in AWS"], ["extra", "in AWS, not declared"]];
const order = new Intl.Collator("en", { numeric: true }).compare; // team-2 before team-10
data.groups.sort((a, b) => order(a[0], b[0]));
const lower = (texts) => texts.map((each) => each.toLowerCase());
const found = { people: lower(data.people), sets: lower(data.sets), accounts: lower(data.accounts),
  applications: lower(data.applications), groups: data.groups.map((group) => group[0].toLowerCase()) };

function element(tag, text, style) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (style) made.className = style;
  return made;
}
const count = (number, noun, plural) => `${number.toLocaleString("en")} ${number === 1 ? noun : plural || noun + "s"}`;
const hits = (texts, query) => {
  const numbers = new Set();
  texts.forEach((text, number) => { if (text.includes(query)) numbers.add(number); });
  return numbers;
};
const differs = ([, , uses, apps, state]) => state || uses.some((use) => use[2]) || apps.some((app) => app[1]);

const searched = () => at("search").value.trim().toLowerCase();

function matching() {
  const query = searched();
  const set = at("set").value, account = at("account").value, different = at("different").checked;
  const inLists = (accounts) => new Set(data.lists.flatMap((list, number) => list.some((each) => accounts.has(each)) ? [number] : []));
  const people = hits(found.people, query), sets = hits(found.sets, query), applications = hits(found.applications, query);
  const accounts = query ? inLists(hits(found.accounts, query)) : null;
  const chosen = account === "" ? null : inLists(new Set([Number(account)]));
  return data.groups.flatMap((group, number) => {
    const [, members, uses, apps] = group;
    if (different && !differs(group)) return [];
    if ((set !== "" || chosen) && !uses.some((use) => (set === "" || use[0] === Number(set)) && (!chosen || chosen.has(use[1])))) return [];
    const matches = !query || found.groups[number].includes(query) || (members || []).some((each) => people.has(each)) ||
      uses.some((use) => sets.has(use[0]) || accounts.has(use[1])) || apps.some((app) => applications.has(app[0]));
    return matches ? [number] : [];
  });
}

function row(table, title, texts, state) {
  const line = table.insertRow(), head = element("th", title), cell = element("td");
  head.scope = "row";
  // What the search finds comes first, and is marked.
  const query = searched(), marked = query ? texts.filter((each) => each.toLowerCase().includes(query)) : [];
  const others = marked.length ? texts.filter((each) => !each.toLowerCase().includes(query)) : texts;
  const list = (number) => [...marked.map((each) => element("mark", each)), others.slice(0, number).join(", ")]
    .filter((part) => part !== "").flatMap((part, index) => (index ? [", ", part] : [part]));
  cell.append(...list(LONG));
  if (others.length > LONG) {
    const rest = element("button", `Show all ${texts.length.toLocaleString("en")}`);
    rest.addEventListener("click", () => cell.replaceChildren(...list()));
    cell.append(" … ", rest);
  }
  if (STATES[state]) {
    line.className = STATES[state][0];
    head.append(" ", element("small", `(${STATES[state][1]})`));
  }
  line.append(head, cell);
}

function fill(details, group) {
  const [, members, uses, apps] = group, table = element("table");
  if (members) row(table, "People", members.map((each) => data.people[each]), 0);
  for (const [set, list, state] of uses) row(table, data.sets[set], data.lists[list].map((each) => data.accounts[each]), state);
  for (const [app, state] of apps) row(table, "Application", [data.applications[app]], state);
  details.append(table);
}

function show(number) {
  const group = data.groups[number], [name, members, uses, apps, state] = group;
  const details = element("details", undefined, "group"), summary = element("summary");
  summary.append(element("span", name, `name ${STATES[state] ? STATES[state][0] : ""}`));
  if (members) summary.append(element("span", count(members.length, "person", "people"), "number"));
  else if (data.unknown.length) summary.append(element("span", "people unknown", "number unknown"));
  const accounts = new Set(uses.flatMap((use) => data.lists[use[1]]));
  summary.append(element("span", count(new Set(uses.map((use) => use[0])).size, "permission set"), "number"));
  summary.append(element("span", count(accounts.size, "account"), "number"));
  if (apps.length) summary.append(element("span", count(apps.length, "application"), "number"));
  if (differs(group)) summary.append(element("span", STATES[state] ? STATES[state][1] : "differs", "number extra"));
  details.append(summary);
  details.addEventListener("toggle", () => { if (details.open && !details.querySelector("table")) fill(details, group); });
  return details;
}

let numbers = [], shown = 0;
function more() {
  at("groups").append(...numbers.slice(shown, shown + PAGE).map(show));
  shown = Math.min(numbers.length, shown + PAGE);
  at("more").hidden = shown >= numbers.length;
  at("count").textContent = `${count(numbers.length, "group")} of ${data.groups.length.toLocaleString("en")}` +
    (shown < numbers.length ? `, the first ${shown.toLocaleString("en")} are listed` : "");
}
function update() {
  numbers = matching();
  shown = 0;
  at("groups").replaceChildren();
  more();
}

function options(id, texts) {
  const sorted = texts.map((text, number) => [text, number]).sort((a, b) => order(a[0], b[0]));
  for (const [text, number] of sorted) {
    const option = element("option", text);
    option.value = String(number);
    at(id).append(option);
  }
}
options("set", data.sets);
options("account", data.accounts);
for (const reason of data.unknown) at("unknown").append(element("li", `unknown: ${reason}`));
at("only-different").hidden = !data.difference;
at("totals").textContent = [count(data.groups.length, "group"), data.people.length && count(data.people.length, "person", "people"),
  count(data.sets.length, "permission set"), count(data.accounts.length, "account"),
  data.applications.length && count(data.applications.length, "application")].filter(Boolean).join(", ");
for (const id of ["search", "set", "account", "different"]) at(id).addEventListener("input", update);
at("more").addEventListener("click", more);
update();
