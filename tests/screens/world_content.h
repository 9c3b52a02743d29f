// Part of world.c: the folder that world_content makes.
#ifndef SCREENS_WORLD_CONTENT_H
#define SCREENS_WORLD_CONTENT_H

void world_remove_dir(const char *dir);

#endif
