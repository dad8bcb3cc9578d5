"""A page's main part goes in, the whole page comes out: head, navigation and footer, as each design of the portal has them.

A redesign puts another of the FRAMES around every page of a site; what stands in the main part stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable

from demo.site import Site


def classic(site: Site, title: str, heads: str, tops: str, main: str) -> str:
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="{site.charset}">
<title>{title}</title>
{heads}
<link rel="stylesheet" href="/css/style.css">
</head>
<body>
<div class="header"><a href="/" class="logo">{site.name}门户网站</a>
<form class="search" action="/search/"><input name="q"><button>搜索</button></form>
<span class="tools"><a href="/?wza=1">无障碍</a> <a href="/?old=1">长者版</a></span></div>
<ul class="nav"><li><a href="/">首页</a></li>{tops}</ul>
{main}
<div class="footer">主办：{site.name}办公室　网站标识码：{site.county.region.code}0001　岚ICP备99000{site.county.number:03d}号<br>
<a href="/wzdt/">网站地图</a> <a href="http://www.gov.cn/">中国政府网</a></div>
</body>
</html>
"""


def broad(site: Site, title: str, heads: str, tops: str, main: str) -> str:
    """After the redesign: other elements, a menu at the side, a slogan, a footer of another wording and order."""
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="{site.charset}">
<meta http-equiv="X-UA-Compatible" content="IE=edge">
<title>{title}</title>
{heads}
<link rel="stylesheet" href="/css/style.css">
</head>
<body class="new">
<header><h1><a href="/">{site.name}</a></h1><p class="slogan">山水相依 宜居宜业</p>
<nav><ol><li><a href="/">网站首页</a></li>{tops}<li><a href="/search/">站内搜索</a></li></ol></nav></header>
<main class="wrap">
{main}
</main>
<aside class="quick"><p>便民热线 12345</p><p>扫一扫在手机打开当前页</p></aside>
<footer><p>版权所有：{site.name}　承办：{site.county.name}融媒体中心</p>
<p>岚ICP备99000{site.county.number:03d}号-1　岚公网安备99000002000{site.county.number:03d}号　网站标识码{site.county.region.code}0001</p>
<p><a href="/wzdt/">网站地图</a> | <a href="http://www.gov.cn/">中国政府网</a></p></footer>
</body>
</html>
"""


def old_table(site: Site, title: str, heads: str, tops: str, main: str) -> str:
    """As if a province's common platform of 2008 had been put over it: tables to lay out, capital letters, no closing tags."""
    return f"""<HTML><HEAD>
<META charset="{site.charset}">
<TITLE>{title}</TITLE>
{heads}
</HEAD><BODY>
<CENTER><TABLE width=1000 class=top><TR><TD>欢迎访问{site.name}网站<TD align=right>设为首页 加入收藏</TABLE>
<TABLE width=1000 class=menu><TR><TD><UL><LI><A href="/">首　页</A>{tops}</UL></TABLE></CENTER>
<DIV class=content>
{main}
</DIV>
<CENTER><HR width=1000>{site.name}主办　{site.county.name}大数据中心维护　岚ICP备99000{site.county.number:03d}号</CENTER>
</BODY></HTML>
"""


Frame = Callable[[Site, str, str, str, str], str]  # site, title, meta elements, items of the navigation, main part
FRAMES: tuple[Frame, ...] = (classic, broad, old_table)
