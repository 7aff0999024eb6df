//! The colours and letters of the picture, for light and for dark surroundings.

/// The style sheet. Plain selectors only: not every program that shows SVG knows more.
pub(super) const STYLE: &str = "
text{font:11px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#1e293b}
.title{font:600 22px system-ui,'Segoe UI',Helvetica,Arial,sans-serif}
.note{font-size:11px;fill:#475569}
.name{font-weight:600}
.paper{fill:#f8fafc}
.line{fill:none;stroke:#64748b;stroke-width:1.4}
.tip{fill:#64748b}
.body{fill:#ffffff;stroke:#94a3b8;stroke-width:1.2}
.page{fill:#ffffff;stroke:#94a3b8}
.lcd{fill:#e4efd8}
.lcd-text{fill:#1c2b12}
.ends .body,.badge{fill:#475569;stroke:#475569}
.ends .name,.badge-text{fill:#ffffff}
.ends .lcd{fill:#e2e8f0}
.ends .lcd-text{fill:#1e293b}
.badge-text{font-size:10px;font-weight:700;text-anchor:middle}
.timed .body{stroke:#be185d;stroke-width:2.2}
.face{fill:#fdf2f8;stroke:#be185d;stroke-width:1.6}
.hand{fill:none;stroke:#be185d;stroke-width:1.6;stroke-linecap:round}
.card{fill:#e0e7ff;stroke:#818cf8;stroke-width:1.2}
.money{fill:#fef3c7;stroke:#d97706;stroke-width:3}
.coin{fill:#f59e0b;stroke:#92400e;stroke-width:1.2}
.coin-text{font-size:7px;font-weight:700;text-anchor:middle;fill:#451a03}
.start{fill:#bbf7d0;stroke:#16a34a;stroke-width:1.6}
.middle{text-anchor:middle}
.key{fill:#1d4ed8;stroke:#ffffff}
.key-text{font-size:10px;font-weight:700;text-anchor:middle;fill:#ffffff}
.bracket{fill:none;stroke:#1d4ed8;stroke-width:1.6}
.chip{fill:#eef2f7;stroke:#cbd5e1}
.chip-text{font-size:10px;fill:#475569}
.jump{fill:#dbeafe;stroke:#60a5fa}
.jump-text{font-size:10px;fill:#1e40af}
.dot{fill:#64748b}
@media (prefers-color-scheme:dark){
text{fill:#e2e8f0}
.note{fill:#a8b4c4}
.paper{fill:#0f172a}
.line{stroke:#94a3b8}
.tip,.dot{fill:#94a3b8}
.body,.page{fill:#1e293b;stroke:#64748b}
.lcd{fill:#26351c}
.lcd-text{fill:#dcebc9}
.ends .body,.badge{fill:#94a3b8;stroke:#94a3b8}
.ends .name,.badge-text{fill:#0f172a}
.ends .lcd{fill:#334155}
.ends .lcd-text{fill:#e2e8f0}
.timed .body{stroke:#f472b6}
.face{fill:#3b1029;stroke:#f472b6}
.hand{stroke:#f472b6}
.card{fill:#272a5c;stroke:#818cf8}
.money{fill:#45300a;stroke:#f59e0b}
.coin-text{fill:#451a03}
.start{fill:#14532d;stroke:#4ade80}
.key{fill:#60a5fa;stroke:#0f172a}
.key-text{fill:#0f172a}
.bracket{stroke:#60a5fa}
.chip{fill:#273449;stroke:#475569}
.chip-text{fill:#cbd5e1}
.jump{fill:#1e3a6e;stroke:#3b82f6}
.jump-text{fill:#bfdbfe}
}
";
