import { Component, type ErrorInfo, type ReactNode } from "react";
import { Button } from "./button.js";
import { Notice } from "./notice.js";

interface Props {
  /** What this part shows, e.g. "Events". */
  what: string;
  children: ReactNode;
}

interface State {
  error: Error | null;
}

/** Keeps what breaks inside from taking the rest of the page with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(`${this.props.what} broke`, error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Notice
        role="alert"
        look="bad"
        title={`${this.props.what} cannot be shown`}
        actions={<Button onClick={() => this.setState({ error: null })}>Try again</Button>}
      >
        The rest of the page works. <span className="text-ink-soft">({error.message})</span>
      </Notice>
    );
  }
}
