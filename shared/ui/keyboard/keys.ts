/** The keys of both pages, as the cheat sheet shows them. A key that does nothing on a page is not listed there. */

export interface KeyLine {
  does: string;
  /** Alternatives; each is pressed together. */
  keys: readonly (readonly string[])[];
}
export interface KeyGroup {
  title: string;
  lines: readonly KeyLine[];
}

export const gridKeys: readonly KeyGroup[] = [
  {
    title: 'Move',
    lines: [
      {
        does: 'Next, previous',
        keys: [
          ['←', '→'],
          ['H', 'L'],
        ],
      },
      {
        does: 'Row up, down',
        keys: [
          ['↑', '↓'],
          ['K', 'J'],
        ],
      },
      { does: 'First, last', keys: [['Home'], ['End']] },
      { does: 'Page', keys: [['PgUp'], ['PgDn']] },
      { does: 'Open', keys: [['Enter']] },
      { does: 'Back', keys: [['Esc']] },
    ],
  },
  {
    title: 'Select',
    lines: [
      { does: 'Select', keys: [['X'], ['Space']] },
      { does: 'Extend', keys: [['Shift', '←', '→']] },
      { does: 'Range', keys: [['Shift', 'click']] },
      { does: 'All results, not only loaded', keys: [['Ctrl', 'A']] },
      { does: 'None', keys: [['Ctrl', 'D']] },
    ],
  },
  {
    title: 'Look',
    lines: [
      { does: 'Zoom', keys: [['+'], ['-']] },
      { does: 'Names on, off', keys: [['N']] },
      { does: 'What left', keys: [['W']] },
    ],
  },
];

/** What the local viewer has beside the grid. */
export const viewerKeys: readonly KeyGroup[] = [
  {
    title: 'Find',
    lines: [
      { does: 'Query bar', keys: [['/'], ['Ctrl', 'K']] },
      { does: 'Folders', keys: [['F']] },
      { does: 'Chips, text', keys: [['Ctrl', '.']] },
    ],
  },
  {
    title: 'A file on the whole page',
    lines: [
      { does: 'Whole page, back', keys: [['O']] },
      { does: 'Larger, smaller', keys: [['+'], ['-']] },
      { does: 'Fit, pixel for pixel', keys: [['0'], ['1'], ['Z']] },
      { does: 'Next, previous; move when zoomed', keys: [['←', '→']] },
    ],
  },
];

export const findKeys: KeyGroup = {
  title: 'Find',
  lines: [
    { does: 'Query bar', keys: [['/'], ['Ctrl', 'K']] },
    { does: 'Filters', keys: [['F']] },
    { does: 'Go to an item', keys: [['G']] },
    { does: 'Timeline', keys: [['Y']] },
    { does: 'Map and back', keys: [['M']] },
    { does: 'Box on the map', keys: [['B']] },
    { does: 'Chips, text', keys: [['Ctrl', '.']] },
    {
      does: 'Leave a value out',
      keys: [
        ['Alt', 'Space'],
        ['Alt', 'click'],
      ],
    },
  ],
};

export const videoKeys: KeyGroup = {
  title: 'A video in the large view',
  lines: [
    { does: 'Play, pause', keys: [['Space']] },
    { does: 'One frame back, on', keys: [['<'], ['>']] },
    { does: 'Seek 0 to 90 %', keys: [['0'], ['9']] },
  ],
};

export const labelKeys: KeyGroup = {
  title: 'Labels in the large view',
  lines: [
    { does: 'Boxes on, off', keys: [['B']] },
    { does: 'Names on, off', keys: [['N']] },
    { does: 'Label before, after', keys: [['['], [']']] },
    { does: 'Leave a label, then the view', keys: [['Esc']] },
  ],
};

export const decideKeys: KeyGroup = {
  title: 'Decide',
  lines: [
    { does: 'Tag what is selected', keys: [['T']] },
    { does: 'Save as slice, add to one', keys: [['L']] },
    { does: 'Compare two', keys: [['C']] },
    { does: 'Blink between compared', keys: [['B']] },
    { does: 'Export', keys: [['E']] },
    { does: 'Undo', keys: [['Ctrl', 'Z']] },
    { does: 'Accept suggested keep', keys: [['Enter']] },
    { does: 'Keep all of a group', keys: [['A']] },
  ],
};

export const dashboardKeys: KeyGroup = {
  title: 'Pixels and links',
  lines: [
    { does: 'Show pixels', keys: [['P']] },
    { does: 'Open in local viewer', keys: [['V']] },
    { does: 'Similar items', keys: [['S']] },
    { does: 'Labels of an item', keys: [['A']] },
    { does: 'Copy link', keys: [['U']] },
    { does: 'Copy id', keys: [['I']] },
  ],
};

export const anywhereKeys: KeyGroup = {
  title: 'Anywhere',
  lines: [
    { does: 'This sheet', keys: [['?']] },
    { does: 'Dark, light', keys: [['D']] },
  ],
};
