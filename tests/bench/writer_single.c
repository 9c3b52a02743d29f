// The server's writer with groups of one command: what the peer of server.hot_seat is built with. Its
// symbols stand before the library's, so the rest of that program is the product's.
#include "api/writer.h"

#undef WRITER_GROUP_MAX
#define WRITER_GROUP_MAX 1

#include "api/writer.c"
