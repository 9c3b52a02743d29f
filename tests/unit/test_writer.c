#include "harness/test.h"

#include "api/writer.h"
#include "harness/centre.h"

#include <string.h>

#define MANY 200

struct room {
    struct centre_world world;
    struct writer writer;
    struct arena reader_arena;
    struct store *reader;
    pthread_mutex_t gate; // the first command waits here, so that the others gather
    int64_t fault;        // the writer's n-th database call from then on fails; 0: none
    int commits;
    int done;
    int failed;
    bool seen_before_done;
};

static void told(void *context)
{
    ((struct room *)context)->commits++;
}

static int open_room(void **state)
{
    static struct room r;
    memset(&r, 0, sizeof(r));
    centre_world_init(&r.world);
    r.reader = centre_world_reader(&r.world, &r.reader_arena);
    pthread_mutex_init(&r.gate, NULL);
    assert_int_equal(writer_start(&r.writer, r.world.store, &r.world.clock.env, told, &r), ERR_OK);
    *state = &r;
    return 0;
}

static int close_room(void **state)
{
    struct room *r = *state;
    writer_stop(&r->writer);
    writer_deinit(&r->writer);
    store_close(r->reader);
    arena_deinit(&r->reader_arena);
    pthread_mutex_destroy(&r->gate);
    centre_world_deinit(&r->world);
    return 0;
}

static enum err hold(struct store *s, struct writer_command *c)
{
    struct room *r = c->state;
    pthread_mutex_lock(&r->gate);
    if (r->fault) db_set_fault(store_db(s), r->fault);
    pthread_mutex_unlock(&r->gate);
    return ERR_OK;
}

static enum err release_set(struct store *s, struct writer_command *c)
{
    return store_release_set(s, c->number, STR("test"));
}

static void done(struct writer_command *c, enum err e)
{
    struct room *r = c->state;
    int64_t version = 0;
    r->done++;
    if (e) r->failed++;
    if (!e && store_release_get(r->reader, &version) == ERR_OK && version >= c->number)
        r->seen_before_done = true;
}

static void commands_share_commits_and_are_answered_after_them(void **state)
{
    struct room *r = *state;
    pthread_mutex_lock(&r->gate);
    struct writer_command c = {.run = hold, .state = r};
    assert_int_equal(writer_submit(&r->writer, &c), ERR_OK);
    for (int i = 1; i <= MANY; i++) {
        c = (struct writer_command){.run = release_set, .done = done, .state = r, .number = i};
        assert_int_equal(writer_submit(&r->writer, &c), ERR_OK);
    }
    pthread_mutex_unlock(&r->gate);
    writer_stop(&r->writer);
    assert_int_equal(r->done, MANY);
    assert_int_equal(r->failed, 0);
    assert_true(r->seen_before_done);
    assert_in_range(r->commits, MANY / WRITER_GROUP_MAX, MANY / 2);
}

static void a_command_that_fails_is_undone_alone(void **state)
{
    struct room *r = *state;
    int64_t version = 0;
    pthread_mutex_lock(&r->gate);
    struct writer_command c = {.run = hold, .state = r};
    assert_int_equal(writer_submit(&r->writer, &c), ERR_OK);
    static const int64_t versions[] = {5, 4, 6}; // a release never goes back
    for (int i = 0; i < 3; i++) {
        c = (struct writer_command){
            .run = release_set, .done = done, .state = r, .number = versions[i]};
        assert_int_equal(writer_submit(&r->writer, &c), ERR_OK);
    }
    pthread_mutex_unlock(&r->gate);
    writer_stop(&r->writer);
    assert_int_equal(r->failed, 1);
    assert_int_equal(store_release_get(r->reader, &version), ERR_OK);
    assert_int_equal(version, 6);
}

static void a_full_queue_refuses_and_a_stopped_writer_too(void **state)
{
    struct room *r = *state;
    pthread_mutex_lock(&r->gate);
    struct writer_command c = {.run = hold, .state = r};
    enum err e = ERR_OK;
    int taken = 0;
    while (!e && taken <= WRITER_QUEUE_MAX + WRITER_GROUP_MAX + 1) {
        e = writer_submit(&r->writer, &c);
        if (!e) taken++;
    }
    assert_int_equal(e, ERR_BUSY);
    assert_in_range(taken, WRITER_QUEUE_MAX, WRITER_QUEUE_MAX + WRITER_GROUP_MAX);
    pthread_mutex_unlock(&r->gate);
    writer_stop(&r->writer);
    assert_int_equal(writer_submit(&r->writer, &c), ERR_STOPPED);
}

static enum err set_seven(struct store *s, void *context)
{
    (void)context;
    return store_release_set(s, 7, STR("test"));
}

static void who_waits_hears_the_answer(void **state)
{
    struct room *r = *state;
    int64_t version = 0;
    assert_int_equal(writer_run(&r->writer, set_seven, NULL), ERR_OK);
    assert_int_equal(store_release_get(r->reader, &version), ERR_OK);
    assert_int_equal(version, 7);
    writer_stop(&r->writer);
    assert_int_equal(writer_run(&r->writer, set_seven, NULL), ERR_STOPPED);
}

static void a_disk_that_fails_is_told_to_everybody_who_waited(void **state)
{
    struct room *r = *state;
    int64_t version = 0;
    for (int n = 1; n < 100; n++) {
        int failed = r->failed;
        pthread_mutex_lock(&r->gate);
        struct writer_command c = {.run = hold, .state = r};
        assert_int_equal(writer_submit(&r->writer, &c), ERR_OK);
        c = (struct writer_command){.run = release_set, .done = done, .state = r, .number = n};
        assert_int_equal(writer_submit(&r->writer, &c), ERR_OK);
        r->fault = n;
        pthread_mutex_unlock(&r->gate);
        writer_stop(&r->writer);
        bool is_pending = db_fault_is_pending(store_db(r->world.store));
        db_set_fault(store_db(r->world.store), 0);
        assert_int_equal(store_release_get(r->reader, &version), ERR_OK);
        assert_int_equal(version == n, r->failed == failed); // kept exactly where it was said
        writer_deinit(&r->writer);
        assert_int_equal(writer_start(&r->writer, r->world.store, &r->world.clock.env, told, r),
                         ERR_OK);
        if (is_pending) return;
    }
    fail_msg("every call failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(commands_share_commits_and_are_answered_after_them,
                                        open_room, close_room),
        cmocka_unit_test_setup_teardown(a_command_that_fails_is_undone_alone, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(a_full_queue_refuses_and_a_stopped_writer_too, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(who_waits_hears_the_answer, open_room, close_room),
        cmocka_unit_test_setup_teardown(a_disk_that_fails_is_told_to_everybody_who_waited,
                                        open_room, close_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
