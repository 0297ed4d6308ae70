"""Every text of the page in Romanian, under the names of ``texts_en.py``."""

from __future__ import annotations

from texts_en import Texts

ROMANIAN = Texts(
    subtitle="Trage aici un tablou: afli curentul lui și tablourile românești cele mai apropiate.",
    to_answer="La răspuns",
    language="Limba",
    painting="Tabloul tău",
    drop_here="Trage un tablou aici, lipește-l sau apasă ca să alegi un fișier",
    examples="Sau încearcă unul dintre aceste desene",
    metric="Distanța",
    cosine="Cosinus",
    euclidean="Euclidiană",
    nothing_yet="Încă nu e nimic pe șevalet",
    nothing_yet_hint="Trage, lipește, alege sau fotografiază un tablou; răspunsul apare aici.",
    movement="Curentul artistic",
    since="din {year}",
    probabilities="Probabilități",
    calibrated="Din 100 de răspunsuri la fel de sigure ca acesta, cam {right} sunt corecte.",
    unsure="Rețeaua ezită: ar putea fi și {others}.",
    alternatives=" sau ",
    both_named="La 9 din 10 tablouri, curentul potrivit este printre cele numite.",
    stranger="Nu seamănă cu niciun tablou cunoscut",
    stranger_hint=(
        "Rețelei îi este mai străină decât aproape orice tablou: poate e o fotografie, o captură "
        "de ecran sau o pagină. Ce urmează e o presupunere; decupează imaginea până la tablou."
    ),
    cropped="Răspunsul este despre tabloul din imagine, fără ce este în jurul lui.",
    other_paintings=(
        "În imagine sunt {count} tablouri. Răspunsul este despre cel mai mare; decupează imaginea "
        "ca să întrebi despre altul."
    ),
    colourless=(
        "Imaginea nu are culori. Rețeaua se uită și la culori, deci curentul este mai puțin sigur."
    ),
    found="Curentul: {movement}. Tablouri găsite: {count}.",
    neighbours="Cele mai apropiate tablouri românești",
    neighbour_distance="distanța {distance}",
    very_close="foarte apropiat",
    close="apropiat",
    fairly_close="destul de apropiat",
    not_close="îndepărtat",
    closer_than="mai apropiat decât {share} din perechile de tablouri",
    closer_than_all="mai apropiat decât toate perechile de tablouri",
    mirrored="mai apropiat în oglindă",
    nothing_close="Nimic apropiat: chiar și primul e mai departe decât sunt de obicei vecinii.",
    nothing_found="Niciun tablou nu trece de filtre",
    nothing_found_hint="Renunță la un filtru sau la toate.",
    filtered="Tablouri care trec de filtre: {count} din {all}.",
    year_unknown="nedatat",
    page="Pagina de pe WikiArt",
    picture_of="{artist}, {title}",
    open_painting="Deschide {painting}",
    steering="Filtre și altele",
    composition="De la manieră la subiect",
    composition_hint="La 0 contează felul în care sunt pictate, la 1 doar ce înfățișează.",
    as_in_report="Ca în raportul din 2022",
    as_in_report_hint=(
        "Compară numai ieșirile rețelei, înmulțite cu 20; maniera și subiectul nu contează."
    ),
    artists="Artiști",
    styles="Stiluri",
    century="Secolul",
    century_hint="Dacă alegi un secol, tablourile nedatate rămân pe dinafară.",
    any_century="Oricare",
    words="Cuvinte din titlu",
    count="Câte tablouri",
    one_per_artist="Un singur tablou de fiecare artist",
    reset="Resetează",
    ask="Întreabă",
    asked_with="Întrebi cu",
    ask_with_own="Întreabă cu o imagine de-a ta",
    back="Înapoi la răspuns",
    your_picture="Imaginea ta",
    alike="Unde seamănă cel mai mult",
    region="la tine {query}; în tablou {painting}",
    regions_of_report="Metoda raportului compară ieșirile rețelei, nu regiuni.",
    search_with="Caută cu acest tablou",
    more_by="Mai multe de acest artist",
    unknown_painting="Colecția nu are acest tablou",
    unknown_painting_hint="Alege unul dintre cele arătate sau întreabă cu o imagine de-a ta.",
    places=(
        "sus în stânga",
        "sus la mijloc",
        "sus în dreapta",
        "la mijloc în stânga",
        "în centru",
        "la mijloc în dreapta",
        "jos în stânga",
        "jos la mijloc",
        "jos în dreapta",
    ),
    drawings={
        "apples": "Mere și o sticlă",
        "garden": "O cărare prin pajiște",
        "guitar": "O chitară în planuri",
        "mountains": "Munți în ceață",
        "sunrise": "Răsărit pe mare",
        "village": "Un sat sub soare",
    },
    unreadable="Imaginea nu a putut fi citită",
    unreadable_hint=(
        "Fișierul e deteriorat, prea mare sau de alt fel: folosește un fișier JPEG, PNG, WebP, "
        "AVIF, GIF, TIFF sau BMP întreg, de cel mult 64 de milioane de pixeli."
    ),
    lost_anew="Pagina a fost repornită",
    lost_hour="Imaginile se șterg după o oră",
    lost_hint="Atârnă-ți din nou imaginea; restul a rămas cum era.",
    no_file="Ce ai tras aici nu e un fișier: salvează mai întâi imaginea, apoi trage fișierul.",
    about="Ce știe rețeaua și ce se întâmplă cu imaginea ta",
    knows="Cunoaște {count} curente: {movements}.",
    knows_not=(
        "Nu a văzut niciodată {movements}; un tablou din aceste curente îl atribuie altuia "
        "dintre cele știute."
    ),
    privacy=(
        "Imaginea ta rămâne pe calculatorul care rulează pagina; se șterge după o oră sau imediat "
        "ce pagina e oprită. Nu se numără nimic și nimic nu vine de pe alt server, niciun font și "
        "niciun script; doar imaginile tablourilor românești pot fi aduse de pe WikiArt."
    ),
    rights=(
        "Codul: Apache-2.0. Ponderile și vectorii: CC BY-NC 4.0, pentru cercetare și învățământ. "
        "Imaginile aparțin artiștilor, moștenitorilor lor sau tuturor; "
        "aici nu este publicată niciuna."
    ),
    take_away="Ia cu tine",
    take_csv="Tabel (CSV)",
    take_xlsx="Tabel (XLSX)",
    take_card="Cartonaș cu imagini",
    take_link="Link cu aceste setări",
    link_made="Link",
    link_hint=(
        "Deschide pagina cu aceleași setări și cu același tablou, dacă e din colecție; "
        "imaginea ta nu ajunge niciodată în el."
    ),
    nothing_to_take="Încă nu există un răspuns: arată întâi un tablou.",
    sheet_paintings="Tablouri",
    sheet_movements="Curente",
    column_rank="Locul",
    column_artist="Artistul",
    column_title="Titlul",
    column_year="Anul",
    column_style="Stilul",
    column_closeness="Mai aproape decât atâtea perechi de tablouri",
    column_mirrored="În oglindă",
    column_image="Adresa imaginii",
    column_probability="Probabilitatea",
    yes="da",
    no="nu",
    card_kind="Curentul și tablourile înrudite",
    card_neighbours="Cele mai apropiate tablouri ale artiștilor români",
    card_none="Colecția nu are un asemenea tablou.",
    card_stand_ins="Culorile estompate țin locul imaginilor care lipsesc.",
    card_rights=(
        "Curentul și asemănarea, așa cum le vede o rețea neuronală. Imaginile aparțin artiștilor, "
        "moștenitorilor lor sau tuturor."
    ),
    share_heading="Link public",
    share_asked="Linkul public e pe drum; poate dura un minut.",
    share_open="Pagina poate fi deschisă de oriunde la",
    share_meaning=(
        "Oricine are linkul poate folosi pagina și, prin ea, acest calculator. E temporar: se "
        "închide când oprești pagina sau când Gradio îl lasă să expire. Tot ce se trimite "
        "prin el trece prin serverul Gradio."
    ),
    share_code="Linkul în cod QR",
    share_failed="Nu s-a putut face un link public; pagina merge doar pe acest calculator.",
    share_no_service=(
        "Serviciul Gradio de partajare nu răspunde. Vezi dacă acest calculator are internet și "
        "dacă un firewall sau un proxy îl lasă să ajungă la api.gradio.app, apoi pornește din nou "
        "pagina."
    ),
    share_no_program=(
        "Programul pentru tunel nu poate fi adus de la cdn-media.huggingface.co. Vezi dacă îl "
        "oprește un firewall sau un proxy ori pune-l chiar tu în dosarul lui; terminalul arată "
        "care sunt acestea."
    ),
    share_wrong_program=(
        "Programul adus pentru tunel nu e cel așteptat. Șterge-l și pornește din nou pagina, "
        "dintr-o altă rețea."
    ),
    share_no_folder=(
        "Certificatul tunelului nu poate fi scris. Pornește pagina dintr-un dosar în care ai voie "
        "să scrii."
    ),
    share_no_start=(
        "Programul pentru tunel nu pornește. Poate că nu există unul pentru acest calculator sau "
        "îl blochează un antivirus."
    ),
    share_refused=(
        "Tunelul a fost refuzat sau a durat prea mult. Vezi dacă un firewall blochează "
        "conexiunile spre exterior și pornește pagina din nou mai târziu."
    ),
    map_tab="Harta",
    map_intro=(
        "Fiecare punct este un tablou din colecție. Cele pe care rețeaua le găsește asemănătoare, "
        "mai ales ca stil, stau aproape unul de altul; direcțiile nu înseamnă nimic."
    ),
    map_keys=(
        "Oprește-te pe un tablou ca să-l vezi, apasă ca să cauți cu el, trage ca să muți harta. De "
        "la tastatură: săgețile trec de la un tablou la altul, Enter caută, + și - măresc și "
        "micșorează, 0 arată harta întreagă."
    ),
    map_label="Harta colecției",
    map_color_by="Colorează după",
    map_style="stil",
    map_movement="curent",
    map_date="dată",
    map_artist="Evidențiază un artist",
    map_count="Tablouri: {shown} din {all}",
    map_legend="Ce înseamnă culorile și formele; alege câteva ca să le vezi doar pe ele",
    map_search_with="Caută cu acest tablou",
    map_here="Căutarea ta",
    map_zoom_in="Mărește",
    map_zoom_out="Micșorează",
    map_whole="Harta întreagă",
    map_no_style="fără stil",
    map_no_movement="alt curent",
    map_missing="Colecția nu are hartă: are prea puține tablouri sau harta nu a fost desenată.",
    browse_tab="Colecția",
    browse_words="Titlu sau artist",
    browse_styles="Stiluri",
    browse_first_year="Din anul",
    browse_last_year="Până în anul",
    browse_artists="Artiștii, cu anii lucrărilor",
    browse_found="Tablourile {first}–{last} din {count}",  # noqa: RUF001 - a range
    browse_previous="Înapoi",
    browse_next="Înainte",
    browse_nothing="Colecția nu are un astfel de tablou; renunță la un filtru.",
    browse_search_with="Caută cu {artist}, {title}",
)
