/** Looks alike on a screen and on paper (A4): no picture, font or script from anywhere. */
export const EVIDENCE_STYLE = `
@page { size: A4; margin: 16mm 14mm; }
* { box-sizing: border-box; }
body { font: 10.5pt/1.45 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: #16191d; background: #fff;
  max-width: 190mm; margin: 0 auto; padding: 8mm 4mm; }
h1 { font-size: 18pt; line-height: 1.2; margin: 0 0 2mm; }
h2 { font-size: 13pt; margin: 8mm 0 2mm; border-bottom: 0.4pt solid #9aa3ad; padding-bottom: 1mm; break-after: avoid; }
h3 { font-size: 11pt; margin: 5mm 0 1mm; break-after: avoid; }
p { margin: 1mm 0; }
table { border-collapse: collapse; width: 100%; margin: 2mm 0 3mm; font-size: 9pt; }
th, td { text-align: left; vertical-align: top; padding: 1mm 1.6mm; border: 0.4pt solid #c4cbd3; overflow-wrap: anywhere; }
td { min-width: 20mm; }
th { background: #eef1f4; font-weight: 600; white-space: nowrap; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
code, pre { font: 8pt/1.4 ui-monospace, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; background: #f5f7f9; border: 0.4pt solid #d5dbe1; padding: 1.5mm 2mm; margin: 1mm 0 3mm; }
td pre { margin: 0.5mm 0; }
.state { font-size: 12pt; font-weight: 600; }
.note { color: #4d5761; }
@media (max-width: 600px) { body { padding: 4mm; } table { display: block; overflow-x: auto; } }
@media print { body { padding: 0; max-width: none; } th { background: #eee; } }
`;
