import { type ReactNode, useEffect, useRef, useState } from 'react';

interface Props {
  label: string;
  /** The time stamp of the newest message: a change while reading further up is announced, not jumped to. */
  newest: string | undefined;
  children: ReactNode;
}

const NEAR_END_PX = 60;

/** A list that stays at its end as a chat does, unless the person has scrolled up to read. */
export function MessageList({ label, newest, children }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [seen, setSeen] = useState(newest);

  useEffect(() => {
    const observer = new ResizeObserver(() => atEnd.current && toEnd(scroller.current));
    for (const element of [scroller.current, content.current]) {
      if (element) {
        observer.observe(element);
      }
    }
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (atEnd.current) {
      setSeen(newest);
    }
  }, [newest]);

  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = scroller.current ?? document.body;
    atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    if (atEnd.current) {
      setSeen(newest);
    }
  };
  return (
    <div className="message-area">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a person without a mouse scrolls it with the keys. */}
      <div className="scroller" ref={scroller} onScroll={onScroll} role="log" aria-label={label} tabIndex={0}>
        <div ref={content}>{children}</div>
      </div>
      {seen !== newest && (
        <button type="button" className="newer" onClick={() => toEnd(scroller.current)}>
          New messages ↓
        </button>
      )}
    </div>
  );
}

function toEnd(element: HTMLElement | null): void {
  if (element) {
    element.scrollTop = element.scrollHeight;
  }
}
