import { Component, type ReactNode } from 'react';

interface Props {
  block: unknown;
  children: ReactNode;
}

/** Keeps one block that cannot be drawn from taking the page with it: the block's source is shown instead. */
export class BlockBoundary extends Component<Props, { failed: unknown }> {
  override state = { failed: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { failed: error ?? 'unknown' };
  }

  override componentDidUpdate(previous: Props) {
    if (this.state.failed !== undefined && previous.block !== this.props.block) {
      this.setState({ failed: undefined });
    }
  }

  override render() {
    if (this.state.failed === undefined) {
      return this.props.children;
    }
    return (
      <details className="block-source">
        <summary>This block cannot be drawn here</summary>
        <pre>{JSON.stringify(this.props.block, null, 2)}</pre>
      </details>
    );
  }
}
