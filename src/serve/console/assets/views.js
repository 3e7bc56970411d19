// What is made of the answers of /admin/*. Texts are set as texts: what strangers wrote is never markup.
"use strict";
(() => {
  const { make, views } = globalThis.mcpgw;
  const json = (value) => make("pre", { textContent: JSON.stringify(value, null, 2), tabIndex: 0 });
  const facts = (pairs) => make("dl", { className: "facts" }, ...pairs.flatMap(([name, ...value]) =>
    [make("dt", { textContent: name }), make("dd", {}, ...value)]));
  const heading = (text) => make("h3", { textContent: text });
  const table = (columns, rows) => make("div", { className: "scroll", tabIndex: 0 }, make("table", {},
    make("thead", {}, make("tr", {}, ...columns.map((text) => make("th", { scope: "col", textContent: text })))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell)))))));
  const word = (className, textContent) => make("span", { className, textContent });
  const shown = (value) => typeof value === "string" ? value : typeof value === "number" ? String(Math.round(value * 1e4) / 1e4) : JSON.stringify(value);

  views.facts = (answer) => [word("good", "It answers."), facts(Object.entries(answer).filter(([, value]) => value !== null)
    .map(([name, value]) => [name.replaceAll("_", " "), shown(value)]))];

  // A text with what was found in it marked; offsets count code points.
  const marked = (text, spans) => {
    const points = [...text];
    const nodes = [];
    let at = 0;
    for (const [start, end, category] of spans) {
      if (start < at) continue;
      nodes.push(points.slice(at, start).join(""), make("mark", { title: category }, points.slice(start, end).join(""), make("small", { textContent: ` ${category}` })));
      at = end;
    }
    return make("pre", { tabIndex: 0 }, ...nodes, points.slice(at).join(""));
  };

  views.verdict = (answer, form) => {
    const verdicts = { pass: ["good", "It passes as it is."], redact: ["warn", "It passes with masks in it."], block: ["bad", "It is stopped."] };
    const [className, words] = verdicts[answer.verdict] || ["warn", answer.verdict];
    const text = form.elements.text.value;
    const spans = [...answer.spans].sort((one, two) => one[0] - two[0]);
    const nodes = [make("p", {}, word(className, words)), facts([
      ["Suspicion", `${answer.score} (from 1 on it is stopped)`],
      ["Found", ...(answer.categories.length ? answer.categories.flatMap((each) => [word("tag", each), " "]) : ["nothing"])],
    ])];
    if (spans.length) nodes.push(heading("Where"), marked(text, spans));
    if (answer.text !== text) nodes.push(heading("What goes on"), make("pre", { textContent: answer.text, tabIndex: 0 }));
    return nodes;
  };

  // What a tool answered: texts as texts, the rest as the JSON that it is.
  views.reply = (result) => {
    const failed = result.isError === true;
    const nodes = [make("p", {}, failed ? word("bad", "The tool says that it failed.") : word("good", "It answered."))];
    for (const block of Array.isArray(result.content) ? result.content : []) {
      nodes.push(block.type === "text" ? make("pre", { textContent: block.text, tabIndex: 0 }) : json(block));
    }
    if (result.structuredContent !== undefined) nodes.push(heading("Structured"), json(result.structuredContent));
    const whole = make("details", {}, make("summary", { textContent: "The whole answer" }), json(result));
    return [...nodes, whole];
  };

  views.validity = (answer) => answer.valid
    ? [make("p", {}, word("good", "It is valid."))]
    : [make("p", {}, word("bad", "It is not valid.")), make("ul", {}, ...answer.errors.map(({ message, line }) =>
      make("li", { textContent: line ? `Line ${line}: ${message}` : message })))];

  views.imported = (answer) => {
    const words = { added: "good", exists: "warn", invalid: "bad" };
    const rows = answer.servers.map(({ name, status, error }) => [name, word(words[status] || "warn", status), error || ""]);
    return rows.length ? [table(["Server", "Outcome", "Why"], rows)] : [make("p", { textContent: "The document names no server." })];
  };

  views.synced = (answer) => {
    const rows = answer.servers.map(({ name, status, added, updated, removed, quarantined, error }) =>
      [name, word(status === "ok" ? "good" : "bad", status), shown(added), shown(updated), shown(removed), quarantined.map(({ tool }) => tool).join(", "), error || ""]);
    return [table(["Server", "Outcome", "New", "Changed", "Removed", "Kept back", "Why"], rows),
      make("p", {}, make("a", { href: location.pathname + location.search, textContent: "Show the page as it is now" }))];
  };

  views.evaluation = (answer) => {
    const modes = Object.entries(answer.modes);
    const columns = Object.keys(modes[0][1]);
    const rows = modes.map(([mode, figures]) => [make("b", { textContent: mode }), ...columns.map((name) => shown(figures[name]))]);
    const gone = answer.missing.length ? [make("p", { className: "warn", textContent: `Tools that are not there any more: ${answer.missing.join(", ")}` })] : [];
    return [make("p", { textContent: `${answer.queries} judged requests` }), ...gone, table(["Mode", ...columns], rows)];
  };
})();
