import { computed, ref, watch } from 'vue';
import { connection, openAlarms, ringing, sessionExpired } from '@/live/dutyRoom';
import { now } from '@/live/serverClock';
import { wav } from './tones';
import { soundNow, sounds, type Sound } from './which';

export const soundOn = ref(true);
/** The browser will not play before somebody has touched the page. */
export const soundRefused = ref(false);
export const testing = ref(false);

const testMs = 2_500;

const wanted = computed<Sound | null>(() => {
  void now.value;
  return soundNow({
    open: openAlarms.value,
    ringing,
    streamLost: connection.lost || sessionExpired.value,
    monotonicNow: performance.now(),
  });
});

export const sounding = computed<Sound | null>(() => (soundOn.value ? wanted.value : null) ?? (testing.value ? 'property' : null));
/** Something ought to be heard and is not. */
export const muted = computed(() => wanted.value !== null && (!soundOn.value || soundRefused.value));

export function testSound(): void {
  soundOn.value = true;
  testing.value = true;
  setTimeout(() => { testing.value = false; }, testMs);
}

const urls = new Map<Sound | 'silence', string>();

function urlOf(sound: Sound | 'silence'): string {
  const held = urls.get(sound) ?? URL.createObjectURL(new Blob([wav(sound)], { type: 'audio/wav' }));
  urls.set(sound, held);
  return held;
}

/** Binds what ought to be heard to the element that plays it; the returned function lets go again. */
export function playThrough(audio: HTMLAudioElement): () => void {
  sounds.forEach(urlOf);
  audio.loop = true;

  const play = async (): Promise<void> => {
    try {
      await audio.play();
      soundRefused.value = false;
    } catch (error) {
      soundRefused.value ||= error instanceof DOMException && error.name === 'NotAllowedError';
    }
  };
  const follow = (sound: Sound | null): void => {
    if (sound === null) {
      audio.pause();
      return;
    }
    const url = urlOf(sound);
    if (audio.src !== url) {
      audio.src = url;
    }
    if (audio.paused) {
      void play();
    }
  };
  const probe = async (): Promise<void> => {
    if (sounding.value === null) {
      audio.src = urlOf('silence');
      await play();
      if (sounding.value === null) {
        audio.pause();
      }
    }
  };
  const touched = (): void => {
    if (soundRefused.value) {
      void (sounding.value === null ? probe() : play());
    }
  };

  const stop = watch(sounding, follow, { immediate: true });
  // A sound that ought to play and does not is tried again every second, whatever stopped it.
  const stopRetry = watch(now, () => { if (sounding.value !== null && audio.paused) { follow(sounding.value); } });
  addEventListener('pointerdown', touched, true);
  addEventListener('keydown', touched, true);
  void probe();
  return () => {
    stop();
    stopRetry();
    audio.pause();
    removeEventListener('pointerdown', touched, true);
    removeEventListener('keydown', touched, true);
  };
}
