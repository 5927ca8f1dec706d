import { useEffect, useState } from 'react';

export interface Player {
  frame: number;
  isPlaying: boolean;
  /** Stops, and goes to a frame. */
  goTo: (frame: number) => void;
  toggle: () => void;
}

/** Goes through frames one by one, and stops at the last. @param rate frames a second */
export function usePlayer(length: number, rate: number, start: number): Player {
  const [frame, setFrame] = useState(start);
  const [isPlaying, setPlaying] = useState(false);
  const last = Math.max(0, length - 1);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setInterval(() => setFrame((now) => Math.min(last, now + 1)), 1000 / rate);
    return () => clearInterval(timer);
  }, [isPlaying, rate, last]);
  const shown = Math.min(frame, last);
  if (isPlaying && shown === last) setPlaying(false);
  return {
    frame: shown,
    isPlaying,
    goTo: (next) => {
      setPlaying(false);
      setFrame(Math.max(0, Math.min(last, next)));
    },
    toggle: () => {
      // from the end it begins anew
      if (!isPlaying && shown === last) setFrame(0);
      setPlaying(!isPlaying && last > 0);
    },
  };
}
