import { Perimeter } from '@nucleus/shared/ui/parts/perimeter.tsx';
import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { Check } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Holding } from './what-cloud-holds.ts';

/** Field by field, what left of a dataset's pictures and in how many items it is. */
export function HeldFields({ holding }: { holding: Holding }): ReactElement {
  const fromPixels = holding.fields.filter(({ pixelBits }) => pixelBits > 0).length;
  const most = Math.max(1, ...holding.fields.map(({ pixelBits }) => pixelBits));
  return (
    <div className="mainside">
      <section className="card" aria-label="Fields that left">
        <header>
          <h2 className="grow">Fields that left, {visibleText(holding.name)}</h2>
          <span className="sm t2">
            {counted(holding.fields.length, 'field')}, {count(fromPixels)} made from pixels
          </span>
        </header>
        <div className="tscroll">
          <table>
            <thead>
              <tr>
                <th>Field</th>
                <th className="num">Bits from pixels</th>
                <th>Share</th>
                <th className="num">Present in</th>
              </tr>
            </thead>
            <tbody>
              {holding.fields.map(({ field, pixelBits, items }) => (
                <tr key={field}>
                  <th scope="row">
                    <code>{field}</code>
                  </th>
                  <td className="num">{count(pixelBits)}</td>
                  <td>
                    <span className="bar held-bar" aria-hidden="true">
                      {pixelBits > 0 && <b className="held" style={{ width: `${(100 * pixelBits) / most}%` }} />}
                    </span>
                  </td>
                  <td className="num nowrap">
                    {items === holding.items && <Check className="icon s c-in" aria-hidden="true" />} {count(items)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <div className="col g8">
        <section className="card" aria-label="What an attacker could draw">
          <header>
            <h2>What an attacker could draw</h2>
          </header>
          <div className="in col g5 sm">
            <p>
              {holding.usedBits === 0
                ? 'Nothing: no field of this dataset was made from pixels.'
                : 'A perceptual hash and a blurhash are very small pictures. Every blurred tile of the grid is what these bits show.'}
            </p>
            {holding.usedBits > 0 && (
              <p className="t2">
                If that is too much, set the source to minimal on the agent: the fields leave the cloud.
              </p>
            )}
            {holding.added.length > 0 && (
              <p className="t2">
                Your team added {counted(holding.added.length, 'field')} here:{' '}
                {holding.added.map(visibleText).join(', ')}. They did not come from the agent.
              </p>
            )}
          </div>
        </section>
        <Perimeter words="stayed inside" />
        <p className="note in">
          <b>Never at any level:</b> thumbnails, crops, maker notes, serial numbers, owner names, embedded thumbnails,
          absolute paths. The proof is on the agent’s host: <code>nucleus-agent ledger verify</code>.
        </p>
      </div>
    </div>
  );
}
