"""What every screen owes to old eyes and large fingers, checked on its tree.

The figures hold for a portrait 21.5-inch panel at k = 1, where 81 px are 20 mm.
T1 letters large enough, T2 contrast, T3 targets large enough, T11 every text fits its widget.
"""

TEXT_PX_MIN = 41
CONTRAST_MIN = 4.5
TARGET_PX_MIN = 81
PRESSABLE = ("button", "toggle", "tab", "key", "field", "row")
FOOTER = ("返回", "首页", "帮助", "大字", "朗读", "12348")
# Screens that cover everything, the way back included.
WITHOUT_FOOTER = ("attract", "idle_warning", "call_display")


def luminance(color):
    """Relative luminance of "#RRGGBB" (WCAG 2.2)."""
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                        for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink, ground):
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def check_node(node, k):
    """Complaints about one widget."""
    name = f"{node['role']} “{node.get('label', '')}”"
    states = node.get("state", ())
    text_px = node.get("text_px", 0)
    if text_px:
        if text_px < int(TEXT_PX_MIN * k):
            yield f"T1 {name}: text of {text_px} px"
        if "disabled" not in states:
            ratio = contrast(node["ink"], node["ground"])
            if ratio < CONTRAST_MIN:
                yield f"T2 {name}: contrast {ratio:.2f}"
        if not node.get("fits", True):
            yield f"T11 {name}: the text does not fit"
    if node["role"] in PRESSABLE:
        width, height = node["rect"][2:]
        if min(width, height) < int(TARGET_PX_MIN * k):
            yield f"T3 {name}: {width} x {height} px"


def check_footer(tree):
    """The six cells stand in one line, in their order, one size each."""
    cells = [tree.find(label, role=PRESSABLE) for label in FOOTER]
    missing = [label for label, cell in zip(FOOTER, cells) if not cell]
    if missing:
        yield f"footer: no {' '.join(missing)}"
        return
    rects = [cell["rect"] for cell in cells]
    lines = [{rect[axis] for rect in rects} for axis in (0, 1)]
    in_order = rects == sorted(rects, key=lambda rect: (rect[0], rect[1]))
    if 1 not in (len(lines[0]), len(lines[1])) or not in_order:
        yield f"footer: not in one line: {rects}"
    if len({(rect[2], rect[3]) for rect in rects}) != 1:
        yield f"footer: cells of different sizes: {rects}"


def check_tree(tree, k=1.0):
    """All complaints about a screen, as texts; none when it is good."""
    complaints = [text for node in tree.nodes for text in check_node(node, k)]
    if not any(node.get("text_px") for node in tree.nodes):
        complaints.append("T1: the tree tells no text sizes")
    if tree.screen not in WITHOUT_FOOTER:
        complaints.extend(check_footer(tree))
    main_count = sum("main" in node.get("state", ()) for node in tree.nodes)
    if main_count > 1:
        complaints.append(f"{main_count} main buttons")
    return [f"{tree.screen}: {text}" for text in complaints]
