/** The name of the place, with the way back to the bar on the left at phone width. */
export function PageHeader({ title, onOpenBar }: { title: string; onOpenBar: () => void }) {
  return (
    <header className="page-header">
      <button type="button" className="open-bar" aria-label="Open the menu" onClick={onOpenBar}>
        ☰
      </button>
      <h2>{title}</h2>
    </header>
  );
}
