export interface ServerEvent {
  type: string;
  data: string;
  /** Null where the server gave none: then the position stays where it was. */
  id: string | null;
}

/**
 * Reads `text/event-stream` piece by piece. Own code and not EventSource, because EventSource hides the keep-alive comments
 * (a dead line would look alive), hides the status code, and reconnects at a pace of its own.
 */
export class SseReader {
  private rest = '';
  private type = '';
  private data: string[] = [];
  private id: string | null = null;
  private skipLineFeed = false;

  push(piece: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    this.rest += piece;
    for (let end = this.lineEnd(); end >= 0; end = this.lineEnd()) {
      const line = this.rest.slice(0, end);
      this.skipLineFeed = this.rest[end] === '\r';
      this.rest = this.rest.slice(end + 1);
      const event = this.line(line);
      if (event) {
        events.push(event);
      }
    }
    return events;
  }

  private lineEnd(): number {
    if (this.skipLineFeed && this.rest.length > 0) {
      this.rest = this.rest.startsWith('\n') ? this.rest.slice(1) : this.rest;
      this.skipLineFeed = false;
    }
    return this.rest.search(/[\r\n]/);
  }

  private line(line: string): ServerEvent | null {
    if (line === '') {
      return this.dispatch();
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? '' : line.slice(colon + 1);
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    switch (field) {
      case 'event': this.type = value; break;
      case 'data': this.data.push(value); break;
      case 'id': this.id = value; break;
    }
    return null;
  }

  private dispatch(): ServerEvent | null {
    const event = this.data.length === 0 ? null : { type: this.type || 'message', data: this.data.join('\n'), id: this.id };
    this.type = '';
    this.data = [];
    this.id = null;
    return event;
  }
}
