# Every target of ours links ly_flags; nothing touches CMAKE_C_FLAGS.
add_library(ly_flags INTERFACE)
target_compile_features(ly_flags INTERFACE c_std_17)
target_compile_definitions(ly_flags INTERFACE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
target_compile_options(ly_flags INTERFACE
    -Wall -Wextra -Wshadow -Wundef -Wvla -Wformat=2 -Wwrite-strings
    -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual
    -Wcast-align -Wconversion -Wno-sign-conversion -Wdouble-promotion
    -Wimplicit-fallthrough -fno-common -fno-omit-frame-pointer
    $<$<C_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wduplicated-branches>
    # CHECK(!"why") is how a bug without a condition is named. Bytes of pixels and of embedding structs
    # are cast back to what they are; UBSan watches their alignment.
    $<$<C_COMPILER_ID:Clang>:-Wno-string-conversion -Wno-cast-align>
    $<$<CONFIG:Release,RelWithDebInfo>:-fstack-protector-strong -fstack-clash-protection
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
target_link_options(ly_flags INTERFACE
    $<$<CONFIG:Release,RelWithDebInfo>:-Wl,-z,relro,-z,now>)
if(LY_SANITIZE)
    target_compile_options(ly_flags INTERFACE -fsanitize=${LY_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(ly_flags INTERFACE -fsanitize=${LY_SANITIZE})
endif()
if(LY_COVERAGE)
    target_compile_options(ly_flags INTERFACE --coverage)
    target_link_options(ly_flags INTERFACE --coverage)
endif()
if(LY_FUZZ)
    target_compile_options(ly_flags INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(ly_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
