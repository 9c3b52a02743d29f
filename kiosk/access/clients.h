// The sockets of the tree: a thread that takes lines from up to ACCESS_CLIENTS_MAX clients and sends
// answers. A client belongs to that thread while it reads or sends, and to the UI thread from
// CLIENT_ASKED until client_answer; so only the state is locked.
#ifndef ACCESS_CLIENTS_H
#define ACCESS_CLIENTS_H

#include "access/access.h"

#include <pthread.h>
#include <sys/un.h>

enum client_state { CLIENT_FREE, CLIENT_READING, CLIENT_ASKED, CLIENT_ANSWERED };

struct client {
    enum client_state state;
    int fd;
    char bytes[ACCESS_LINE_BYTES_MAX]; // what came; the first line is the request
    size_t count;
    size_t line_bytes; // of the request, without its end
    struct buf reply;
    size_t sent;
    bool is_last; // close when the answer is sent: the line was too long
};

struct clients {
    struct access_app *app;
    char path[sizeof((struct sockaddr_un *)0)->sun_path]; // empty: not ours to remove
    int listener;
    int pipe[2]; // wakes the thread; its end means stop
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; // guards the states
    struct client list[ACCESS_CLIENTS_MAX];
};

MUST_USE enum err clients_open(struct clients *c, const char *path, struct access_app *app);
void clients_close(struct clients *c);

// UI thread.
bool client_has_asked(struct clients *c, const struct client *client);
struct str client_line(const struct client *client);          // empty where the line was too long
void client_answer(struct clients *c, struct client *client); // its reply is complete

#endif
