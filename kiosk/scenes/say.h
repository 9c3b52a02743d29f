// Words about sittings and people, the same on every screen. All live in the frame's arena.
#ifndef SCENES_SAY_H
#define SCENES_SAY_H

#include "scenes/scene.h"

struct str say_person(struct stage *s, const struct cache_sitting *c); // 武建明 律师
struct str say_topics(struct stage *s, unsigned topics);         // 婚姻家庭、工资工伤
struct str say_desk(struct stage *s, struct str desk);           // 3号窗口
struct str say_call_desk(struct stage *s, struct sitting_id by); // of who calls: 3号窗口
struct str say_ahead(struct stage *s, int ahead, int minutes);   // 前面 2 人，大约 40 分钟
struct str say_site(const struct stage *s, struct site_code code); // short name
struct str say_site_full(const struct stage *s, struct site_code code);
struct str say_name(struct stage *s); // 任女士, of this visit; empty: not told yet
struct str say_when(struct stage *s, int64_t planned_ms);         // 后天 9:40
struct str say_seats(struct stage *s, const struct offer *offer); // 还有 5 席

struct str say_pages(struct stage *s, int page, int pages); // 第 3 页，共 9 页

struct str topic_tile_title(enum topic t);
struct str topic_tile_second(enum topic t);
enum draw_image topic_tile_icon(enum topic t);

// What this kiosk can offer of a sitting now.
struct offer stage_offer(struct stage *s, const struct cache_sitting *c);

// The slip of the booking or wish in `answer`.
struct visit_slip stage_slip(struct stage *s, enum visit_slip_kind kind,
                             const struct keeper_answer *answer);

// Steps of booking: the sitting is one of its own unless it was chosen at home.
enum book_step { STEP_TOPIC, STEP_SITTING, STEP_WHO, STEP_CONFIRM };

void say_step(struct stage *s, struct rect *body, enum book_step step, struct str title);

// Does who sits there answer what this visitor asks? Nobody is turned away for 其他.
bool sitting_takes_topic(const struct sitting *sitting, const struct visit *v);

// Where the way leads after a step was answered.
void stage_next_step(struct stage *s);

#endif
