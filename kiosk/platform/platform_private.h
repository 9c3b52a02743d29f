// What window.c (life, surface, paint) and events.c share.
#ifndef PLATFORM_PLATFORM_PRIVATE_H
#define PLATFORM_PLATFORM_PRIVATE_H

#include "platform/chime.h"
#include "platform/paint.h"
#include "platform/platform.h"
#include "platform/turn.h"
#include "platform/wedge.h"

#include <SDL.h>
#include <stdatomic.h>

#define PENDING_MAX 4 // one event of SDL becomes at most three of ours

enum pointer { POINTER_NONE, POINTER_MOUSE, POINTER_FINGER };

struct platform {
    struct env *env;
    SDL_Window *window;
    bool fullscreen;
    struct turn turn;
    struct canvas canvas; // the window's surface, or memory of its own where the panel is turned
    struct arena turned;  // that memory
    struct painter painter;
    int64_t painted_px;

    uint32_t wake_event, type_event; // SDL's numbers for our own events
    atomic_bool wake_is_under_way;
    enum pointer pointer; // what is down
    int64_t pointer_ms;   // when it was last heard of
    SDL_TouchID touch;
    SDL_FingerID finger;
    struct wedge wedge;
    struct chime chime;
    struct platform_event pending[PENDING_MAX]; // oldest first
    int pending_count;
};

// The window got a surface of another size: canvas and turn follow.
MUST_USE enum err surface_take(struct platform *p);
void surface_show_again(struct platform *p); // after something lay over the window

#endif
