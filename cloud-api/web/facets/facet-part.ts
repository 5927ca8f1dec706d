import type { FacetChoice } from '@nucleus/shared/query/facet-choice';
import type { FacetField } from './choose-facets.ts';

/** What every kind of facet is given. */
export interface FacetPart {
  datasetId: string;
  field: FacetField;
  query: string;
  choice: FacetChoice;
  /** Open and in view. */
  isWanted: boolean;
  onChoice: (choice: FacetChoice) => void;
}
