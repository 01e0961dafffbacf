"""More than two hundred texts that somebody may write into a ticket, and that something on the way to the screen may read."""

from __future__ import annotations

_SIGNS = (
    "http://evil.example https://evil.example/a?b=c#d HTTP://EVIL.EXAMPLE http://127.0.0.1:8501/ www.evil.example "
    "WWW.evil.example wWw.evil.example/a_b_c ftp://evil.example mailto:ann@example.org ann@example.org a.b+c@sub.example.org "
    "xmpp:ann@example.org/room javascript:alert(1) //evil.example data:text/html,x <http://evil.example> <ann@example.org> "
    ":streamlit: :smile: :+1: :-1: :100: :heart_eyes: :material/home: :material_home: :material/warning: :e-mail: "
    ":red[x] :blue-background[x] :gray-badge[x] :rainbow[x] :small[x] :shimmer[x] :help :help[x] :color[x]{foreground=red} "
    ":color[x]{} ::red[x] :::note :a: :x :x[ :x[y :x[y]{z a:b:c 10:30 10:30:59 c:\\temp C:/temp :: : "
    "-- --- ---- -> <- <-> >= <= ~= => =< == != >> << ->> <<- --> <-- - = > < ~ ~~ "
    "$x$ $$x$$ $x^2$ \\(x\\) \\[x\\] $5 $5$6 ` `` ``` `x` ``x`` ```x``` * ** *x* **x** ***x*** _x_ __x__ ~x~ ~~x~~ "
    "[x](https://evil.example) [x](javascript:alert(1)) ![x](https://evil.example/p.png) ![](x) [x][y] [x] [^1] [^1]: "
    "[x]: <x> [ ] [x](<y>) ]( ![ # ## #x 1. 1) -x +x +1 \\ \\\\ \\* \\n &amp; &lt;b&gt; &#60; &#x3c; &nbsp; &copy &; & % %20 "
    "<script>alert(1)</script> <img/src=x/onerror=alert(1)> <svg/onload=alert(1)> <iframe/src=//evil.example> <b>x</b> "
    "<br> <br/> <!--x--> <?x?> <![CDATA[x]]> </div> <style>*{display:none}</style> <a/href=//evil.example>x</a> <details/open> "
    "| |x|y| |-|-| ||x|| {x} {{x}} {#id} {.red} ^x^ ==x== ++x++ @ann #12 !! ?? ... (c) (tm) +- 1/2 \"x\" 'x' -x- _ __ a_b_c a*b*c "
)
_SENTENCES = (
    "I paid -- and nothing came",
    "first -> second -> third <-> fourth <- fifth",
    "5 >= 4 and 3 <= 4 and 1 ~= 1",
    "(http://evil.example), and http://evil.example.",
    "see:http://evil.example/a(b)c and www.evil.example, or ann@example.org.",
    "mail:ann@example.org;bob@example.org",
    "costs $5 here and $6 there",
    "a $x$ b $$y$$ c",
    "at 10:30 :smile: at 11:45 :streamlit: at 12:00 :material/home: end",
    ":red[a :blue[b :green[c] d] e]",
    ":gray-badge[:material/home: :smile: http://evil.example]",
    "**bold** and *slanted* and `code` and ~~gone~~",
    "# heading",
    "## heading",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "1) item",
    "> quoted",
    ">quoted",
    "--- x",
    "***",
    "___",
    "===",
    "    four blanks",
    "\tone tab",
    "two\nlines",
    "two\n\nparagraphs",
    "two\r\n lines\r again",
    "hard  \nbreak",
    "title\n=====",
    "title\n-----",
    "| a | b |\n|---|---|\n| c | d |",
    "- [ ] to do\n- [x] done",
    "```python\nimport os\n```",
    "~~~\nx\n~~~",
    "$$\nx\n$$",
    "[1]: http://evil.example\n\n[1]",
    "[^1]\n\n[^1]: note",
    "<div>\n\n**x**\n\n</div>",
    "![a](data:image/svg+xml;base64,PHN2Zy8+)",
    "![pixel](https://evil.example/p.png) <script>",
    "[click me](https://evil.example 'title')",
    "<a href='javascript:alert(1)' onclick=alert(1)>x</a>",
    "<img src=x onerror=window.XSS=1>",
    '"><img src=x onerror=window.XSS=1>',
    "'-alert(1)-'",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    '<b>bold</b><br>new<sub>low</sub><a href="https://evil.example">x</a>',
    "%{x} %{y} <extra></extra>",
    '=HYPERLINK("https://evil.example")',
    "ends with a backslash \\",
    "ends with a colon:",
    "\\:smile: \\[x\\] \\\\http://evil.example",
    "smile::smile::smile:",
    ":smile:smile:smile:",
    "http://http://www.www.evil.example",
    "a@b@c.example and @@ and a@b",
    "Ünïcödé, naïve, Ærøskøbing, Đà Nẵng",
    "日本語のチケット:スマイル: 。",
    "עברית 123 English",
    "العربية 456",
    "می‌خواهم",
    "क्‍ष",
    "👩‍👩‍👧 👍🏽 🏳️‍🌈 🫨",
    "abc\u202egnp.exe",
    "zero\u200bwidth soft\u00adhyphen \ufeffmark",
    "nul\x00 bell\x07 escape\x1b[31mred",
    "no\ufffecharacter \ufffd \ue000private",
    "Z" + "\u0300\u0301" * 30 + "algo",
    "x" * 250,
    "«quoted» “curly” ‘single’ – — … × ÷ ½ ™ ©",
    "a\u00a0b\u2003c\u2028d\u2029e\x85f",
)
HOSTILE = tuple(dict.fromkeys((*_SIGNS.split(), *_SENTENCES)))
assert len(HOSTILE) >= 200
