// What Lighthouse CI opens, on its simulated phone, and what it must find there: scores, and budgets in bytes as sent.
// It opens every page of the built site but those that only lead on to another; of the pages that are made of rows by
// one template it opens the largest.
const fs = require("node:fs");
const path = require("node:path");

const SITE = path.join(__dirname, "..", "..", "_build", "html");
const ROW_PAGES = "book/claim/";

const pages = fs
  .readdirSync(SITE, { recursive: true })
  .filter((page) => page.endsWith(".html"))
  .filter((page) => !/http-equiv="refresh"/i.test(fs.readFileSync(path.join(SITE, page), "utf8")))
  .sort();
const size = (page) => fs.statSync(path.join(SITE, page)).size;
const [largest] = pages.filter((page) => page.startsWith(ROW_PAGES)).sort((a, b) => size(b) - size(a));
const opened = pages.filter((page) => !page.startsWith(ROW_PAGES) || page === largest);

const EVERYWHERE = {
  "categories:performance": ["warn", { minScore: 0.9 }], // a score of times, which a busy machine makes worse
  "categories:accessibility": ["error", { minScore: 1 }],
  "categories:best-practices": ["error", { minScore: 1 }],
  "categories:seo": ["error", { minScore: 1 }],
  "cumulative-layout-shift": ["error", { maxNumericValue: 0 }],
  "resource-summary:third-party:count": ["error", { maxNumericValue: 0 }],
};
const budget = (bytes) => ({ ...EVERYWHERE, "total-byte-weight": ["error", { maxNumericValue: bytes }] });

module.exports = {
  ci: {
    collect: {
      staticDistDir: SITE,
      url: opened.map((page) => `http://localhost/${page}`),
      numberOfRuns: 1,
      // No sandbox: root, as whom most machines of CI test, cannot have one.
      settings: { chromeFlags: "--headless --no-sandbox --disable-gpu --disable-quic --disable-background-networking" },
    },
    assert: {
      assertMatrix: [
        { matchingUrlPattern: "/book/(?!(evidence|reference|source)/)", assertions: budget(70000) },
        { matchingUrlPattern: "^((?!/book/).)*$|/book/(evidence|reference|source)/", assertions: budget(110000) },
      ],
    },
  },
};
