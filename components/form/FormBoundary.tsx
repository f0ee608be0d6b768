"use client";

import { Component, type ErrorInfo, type ReactNode } from "react";

type Props = { label: string; children: ReactNode; fallback: (reason: string) => ReactNode };

/** A class, since only those can catch what a child throws while it draws. */
export class FormBoundary extends Component<Props, { reason: string | null }> {
  override state = { reason: null as string | null };
  static getDerivedStateFromError(error: unknown) {
    return { reason: error instanceof Error ? error.message : "The form could not be drawn." };
  }
  /** A bug of ours: it has to be findable, and the person goes on with JSON. */
  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo) {
    const where = `The form "${this.props.label}" broke and was replaced by JSON.${componentStack ?? ""}`;
    reportError(new Error(where, { cause: error }));
  }
  override render() {
    return this.state.reason === null ? this.props.children : this.props.fallback(this.state.reason);
  }
}
