/** The style sheets of both entries, in the order of their layers. */
import '../../shared/ui/styles/tokens.css';
import '../../shared/ui/styles/base.css';
import '../../shared/ui/styles/layout.css';
import '../../shared/ui/styles/controls.css';
import '../../shared/ui/styles/surfaces.css';
import '../../shared/ui/styles/tiles.css';
import './pages.css';
