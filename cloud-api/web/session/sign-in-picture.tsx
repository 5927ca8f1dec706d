import type { ReactElement } from 'react';

/** A drawn landscape: what a cloud is shown of it above the line, the picture itself below. Decoration only. */
export function SignInPicture(): ReactElement {
  return (
    <aside className="sign-in-picture hide-s" aria-hidden="true">
      <Scene />
      <div className="sign-in-outside">
        <Scene />
      </div>
      <span className="sign-in-line" />
      <span className="pill sign-in-cap above">Outside: 282 bits a picture</span>
      <span className="pill in sign-in-cap below">Inside: every pixel</span>
    </aside>
  );
}

function Turbine({ x, y, size, turn }: { x: number; y: number; size: number; turn: number }): ReactElement {
  return (
    <g transform={`translate(${x} ${y}) scale(${size})`}>
      <path d="M-2.2 0 L-4 150 H4 L2.2 0 Z" fill="#eef2f4" />
      {[0, 120, 240].map((angle) => (
        <path
          key={angle}
          transform={`rotate(${angle + turn})`}
          d="M-1 0 C-7 -18 -5 -70 0 -92 C4 -66 5 -22 1.5 0 Z"
          fill="#f7f9fa"
        />
      ))}
      <circle r="5" fill="#c9d2d8" />
    </g>
  );
}

function Scene(): ReactElement {
  return (
    <svg viewBox="0 0 800 900" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <rect width="800" height="900" fill="#7fb0de" />
      <rect y="120" width="800" height="300" fill="#a9cdea" opacity="0.7" />
      <rect y="300" width="800" height="600" fill="#f0d9b8" opacity="0.75" />
      <circle cx="610" cy="250" r="62" fill="#fff1cf" />
      <ellipse cx="200" cy="170" rx="190" ry="34" fill="#eaf3fa" />
      <ellipse cx="330" cy="205" rx="150" ry="24" fill="#dcebf6" />
      <path d="M0 590 L140 500 L250 570 L420 470 L560 580 L680 530 L800 600 V900 H0 Z" fill="#7d94a8" />
      <path d="M0 660 C160 600 300 680 470 630 S720 620 800 650 V900 H0 Z" fill="#5d7f5b" />
      <Turbine x={250} y={606} size={0.86} turn={14} />
      <Turbine x={420} y={596} size={0.62} turn={52} />
      <Turbine x={640} y={590} size={0.5} turn={80} />
      <path d="M0 730 C200 670 420 760 800 690 V900 H0 Z" fill="#48704c" />
      <path d="M350 900 L486 722 L506 721 L560 900 Z" fill="#c9bd9b" />
      <path d="M450 900 L495 722 L497 722 L470 900 Z" fill="#efe8d2" />
      {[0, 1, 2, 3, 4].map((row) => (
        <g key={row} transform={`translate(${40 - row * 10} ${752 + row * 30}) scale(${0.9 + row * 0.1})`}>
          {[0, 1, 2, 3].map((panel) => (
            <g key={panel} transform={`translate(${panel * 62} 0) skewX(-14)`}>
              <rect width="56" height="22" fill="#1e3f86" stroke="#9fb6dd" strokeWidth="1.4" />
              <path d="M19 0V22M38 0V22M0 11H56" stroke="#6f8fca" strokeWidth="0.8" />
            </g>
          ))}
        </g>
      ))}
      {[600, 640, 690, 735, 770].map((x, at) => (
        <g key={x} transform={`translate(${x} ${756 + at * 26})`}>
          <rect x="-3" y="0" width="6" height="26" fill="#5b4630" />
          <path d="M0 -54 L24 6 H-24 Z" fill="#23472d" />
          <path d="M0 -34 L18 -2 H-18 Z" fill="#2f5c3a" />
        </g>
      ))}
    </svg>
  );
}
