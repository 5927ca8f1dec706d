import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { type FieldGroup, groupMetadata } from '@nucleus/shared/ui/words/fields.ts';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { ReactElement } from 'react';

/** All facts of an item, grouped. */
export function ItemMetadata({ item }: { item: DatasetItem }): ReactElement {
  return (
    <>
      <section className="field-group">
        <h2>Item</h2>
        <dl className="kv">
          {item.width !== undefined && item.height !== undefined && (
            <>
              <dt>Dimensions</dt>
              <dd>
                {count(item.width)} × {count(item.height)}
              </dd>
            </>
          )}
          <dt>Item id</dt>
          <dd className="row g2">
            <span className="mono">{item.id}</span>
            <CopyButton text={item.id} name="Copy item id" />
          </dd>
          {item.phash !== undefined && (
            <>
              <dt title="perceptual hash: a very small picture of the luma">Perceptual hash</dt>
              <dd className="row g2">
                <span className="mono">{hexOf(item.phash)}</span>
                <CopyButton text={item.phash} name="Copy hash as bits" />
              </dd>
            </>
          )}
          <dt>Address</dt>
          <dd className="mono">{visibleText(item.image_url ?? item.pointcloud_url ?? '')}</dd>
        </dl>
      </section>
      {groupMetadata(item.metadata).map((group) => (
        <Group key={group.title} group={group} />
      ))}
    </>
  );
}

function Group({ group }: { group: FieldGroup }): ReactElement {
  return (
    <section className="field-group">
      <h2>{group.title}</h2>
      <dl className="kv">
        {group.lines.map((line) => (
          <div key={line.field} className="kv-pair">
            <dt title={line.about === undefined ? line.field : `${line.field}: ${line.about}`}>
              {visibleText(line.label)}
            </dt>
            <dd className={line.mono ? 'mono' : ''}>
              {line.color !== undefined && <span className="swatch" style={{ background: line.color }} />}
              {visibleText(line.value)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** 64 bits as 16 hex digits. */
function hexOf(bits: string): string {
  return (bits.match(/.{4}/g) ?? []).map((nibble) => Number.parseInt(nibble, 2).toString(16)).join('');
}
