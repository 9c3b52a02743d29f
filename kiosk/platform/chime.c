#include "platform/chime.h"

#include "base/log.h"

#include <SDL.h>
#include <math.h>

#define RATE         22050
#define BLOCK        1024
#define NOTE_SAMPLES (RATE * 7 / 10)
#define LOUDEST      12000.0F
#define FADE_SAMPLES 5000.0F
#define RISE_SAMPLES 200
#define LOOK_MS      40
#define DRAIN_MS_MAX 5000 // a device that takes nothing is let go

static const float notes_hz[] = {659.26F, 523.25F}; // a falling third: e, c
#define NOTES ((int)(sizeof(notes_hz) / sizeof(notes_hz[0])))

static int16_t sample_at(int i)
{
    float t = (float)(i % NOTE_SAMPLES);
    float rise = t < RISE_SAMPLES ? t / RISE_SAMPLES : 1.0F;
    float turn = 2.0F * (float)M_PI * notes_hz[i / NOTE_SAMPLES] / RATE;
    return (int16_t)(LOUDEST * rise * expf(-t / FADE_SAMPLES) * sinf(turn * t));
}

static int queue_notes(SDL_AudioDeviceID device)
{
    int16_t block[BLOCK];
    for (int from = 0; from < NOTES * NOTE_SAMPLES; from += BLOCK) {
        int count = NOTES * NOTE_SAMPLES - from;
        if (count > BLOCK) count = BLOCK;
        for (int i = 0; i < count; i++) {
            block[i] = sample_at(from + i);
        }
        if (SDL_QueueAudio(device, block, (Uint32)count * sizeof(block[0]))) return -1;
    }
    return 0;
}

static void play(struct chime *c)
{
    SDL_AudioSpec want = {
        .freq = RATE, .format = AUDIO_S16SYS, .channels = 1, .samples = BLOCK, .callback = NULL};
    SDL_AudioDeviceID device = SDL_OpenAudioDevice(NULL, 0, &want, NULL, 0);
    if (device == 0 || queue_notes(device)) {
        log_info("no sound: %s", SDL_GetError());
    } else {
        SDL_PauseAudioDevice(device, 0);
        for (int ms = 0; ms < DRAIN_MS_MAX && !atomic_load(&c->stop); ms += LOOK_MS) {
            if (SDL_GetQueuedAudioSize(device) == 0) break;
            SDL_Delay(LOOK_MS);
        }
    }
    if (device != 0) SDL_CloseAudioDevice(device);
}

static void *run(void *context)
{
    struct chime *c = context;
    if (SDL_InitSubSystem(SDL_INIT_AUDIO)) {
        log_info("no sound: %s", SDL_GetError());
    } else {
        play(c);
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
    }
    atomic_store(&c->sounds, false);
    return NULL;
}

static void join(struct chime *c)
{
    if (c->has_thread) pthread_join(c->thread, NULL);
    c->has_thread = false;
}

void chime_ring(struct chime *c)
{
    if (atomic_load(&c->sounds)) return;
    join(c); // it has done its work
    atomic_store(&c->sounds, true);
    c->has_thread = pthread_create(&c->thread, NULL, run, c) == 0;
    if (!c->has_thread) atomic_store(&c->sounds, false);
}

void chime_end(struct chime *c)
{
    atomic_store(&c->stop, true);
    join(c);
}
