"""Every text of the page in Romanian, under the names of ``texts_en.py``."""

from __future__ import annotations

from texts_en import Texts

ROMANIAN = Texts(
    subtitle=(
        "Trage aici un tablou: vezi curentul artistic și cele mai apropiate tablouri românești."
    ),
    to_answer="Sari la răspuns",
    language="Limba",
    painting="Tabloul tău",
    drop_here="Trage un tablou aici, lipește-l sau apasă ca să alegi un fișier",
    examples="Sau încearcă unul dintre aceste desene",
    metric="Distanța",
    cosine="Cosinus",
    euclidean="Euclidiană",
    nothing_yet="Niciun tablou deocamdată",
    nothing_yet_hint="Trage, lipește, alege sau fotografiază un tablou. Răspunsul apare aici.",
    movement="Curentul artistic",
    since="din {year}",
    probabilities="Probabilități",
    calibrated="Din 100 de răspunsuri la fel de sigure ca acesta, cam {right} sunt corecte.",
    unsure="Rețeaua nu este sigură.",
    could_be="Ar putea fi și {others}.",
    alternatives=" sau ",
    both_named="La 9 din 10 tablouri, curentul corect se află printre cele numite.",
    stranger="Nu pare a fi un tablou",
    stranger_hint=(
        "Imaginea diferă de tablourile pe care le cunoaște rețeaua; poate fi o fotografie, o "
        "captură de ecran sau o pagină. Răspunsul de mai jos este o presupunere. Încearcă să "
        "decupezi doar tabloul."
    ),
    cropped="Răspunsul se referă la tabloul din imagine. Restul imaginii nu a contat.",
    other_paintings="Tablouri în imagine: {count}. Răspunsul se referă la cel mai mare.",
    ask_other="Caută cu alt tablou ({place})",
    uncertain="Poate că imaginea arată mai mult decât tabloul.",
    ask_part="Caută numai cu tabloul",
    colourless=(
        "Imaginea este alb-negru sau sepia. Rețeaua ține seama și de culori, deci curentul este "
        "mai puțin sigur."
    ),
    found="Curentul: {movement}. Tablouri găsite: {count}.",
    neighbours="Cele mai apropiate tablouri românești",
    neighbour_distance="distanța {distance}",
    very_close="foarte apropiat",
    close="apropiat",
    fairly_close="destul de apropiat",
    not_close="îndepărtat",
    closer_than="mai apropiat decât {share} din perechile de tablouri",
    closer_than_all="mai apropiat decât orice pereche de tablouri",
    mirrored="mai apropiat în oglindă",
    nothing_close=(
        "Niciun tablou nu este apropiat: chiar și primul e mai departe decât sunt de obicei "
        "vecinii."
    ),
    nothing_found="Niciun tablou nu corespunde filtrelor",
    nothing_found_hint="Renunță la un filtru sau resetează-le pe toate.",
    filtered="Tablouri care corespund filtrelor: {count} din {all}.",
    year_unknown="nedatat",
    artist_unknown="Pictor necunoscut",
    page="Pagina de pe WikiArt",
    picture_of="{artist}, {title}",
    open_painting="Deschide {painting}",
    steering="Filtre și opțiuni",
    composition="De la manieră la subiect",
    composition_hint="0 compară felul în care sunt pictate tablourile, 1 compară ce înfățișează.",
    as_in_report="Ca în raportul din 2022",
    as_in_report_hint=(
        "Compară doar ieșirile rețelei, înmulțite cu 20. Maniera și subiectul nu contează."
    ),
    artists="Artiști",
    styles="Stiluri",
    century="Secolul",
    century_hint="Dacă alegi un secol, tablourile nedatate nu mai apar.",
    any_century="Oricare",
    words="Cuvinte din titlu",
    count="Câte tablouri",
    one_per_artist="Câte un singur tablou de fiecare artist",
    reset="Resetează",
    ask="Caută",
    asked_with="Ai căutat cu",
    ask_with_own="Caută cu o imagine de-a ta",
    back="Înapoi la răspuns",
    your_picture="Imaginea ta",
    alike="Unde seamănă cel mai mult",
    region="{query} în prima imagine, {painting} în a doua",
    regions_of_report="Metoda raportului compară ieșirile rețelei, nu regiuni.",
    search_with="Caută cu acest tablou",
    more_by="Alte lucrări ale artistului",
    unknown_painting="Tabloul nu se află în colecție",
    unknown_painting_hint="Alege unul dintre tablourile afișate sau caută cu o imagine de-a ta.",
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
        "guitar": "O chitară descompusă în fațete",
        "mountains": "Munți în ceață",
        "sunrise": "Răsărit pe mare",
        "village": "Un sat sub soare",
    },
    unreadable="Imaginea nu a putut fi citită",
    unreadable_hint=(
        "Folosește un fișier nedeteriorat JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF sau BMP, de cel "
        "mult 64 de megapixeli."
    ),
    lost_anew="Pagina a fost repornită",
    lost_hour="Imaginile se șterg după o oră",
    lost_hint="Trage din nou imaginea. Setările au rămas aceleași.",
    no_file="Ce ai tras aici nu este un fișier. Salvează imaginea, apoi trage fișierul.",
    about="Ce știe rețeaua și ce se întâmplă cu imaginea ta",
    knows="Cunoaște {count} curente: {movements}.",
    knows_not="Nu cunoaște: {movements}. Tablourile din aceste curente le atribuie altora.",
    privacy=(
        "Imaginea ta rămâne pe calculatorul pe care rulează pagina. Se șterge după o oră sau "
        "imediat ce pagina se oprește. Pagina nu ține statistici și nu încarcă fonturi sau "
        "scripturi de pe alte servere. Doar imaginile tablourilor românești pot fi descărcate de "
        "pe WikiArt."
    ),
    rights=(
        "Codul: Apache-2.0. Ponderile și vectorii: CC BY-NC 4.0, pentru cercetare și învățământ. "
        "Imaginile sunt protejate de drepturile artiștilor sau ale moștenitorilor lor ori se află "
        "în domeniul public. Niciuna nu este inclusă în cod."
    ),
    take_away="Salvează răspunsul",
    take_csv="Tabel (CSV)",
    take_xlsx="Tabel (XLSX)",
    take_card="Planșă cu imagini",
    take_link="Link cu aceste setări",
    link_made="Link",
    link_hint=(
        "Deschide pagina cu aceleași setări și cu același tablou, dacă se află în colecție. "
        "Imaginea ta nu face parte niciodată din link."
    ),
    nothing_to_take="Încă nu există un răspuns. Trage sau alege mai întâi un tablou.",
    sheet_paintings="Tablouri",
    sheet_movements="Curente",
    column_rank="Locul",
    column_artist="Artistul",
    column_title="Titlul",
    column_year="Anul",
    column_style="Stilul",
    column_closeness="Mai apropiat decât (% din perechi)",
    column_mirrored="În oglindă",
    column_image="Adresa imaginii",
    column_probability="Probabilitatea",
    yes="da",
    no="nu",
    card_kind="Curentul și tablourile asemănătoare",
    card_neighbours="Cele mai apropiate tablouri ale artiștilor români",
    card_none="Colecția nu are niciun tablou potrivit.",
    card_stand_ins="Culorile estompate înlocuiesc imaginile care nu au putut fi încărcate.",
    card_rights=(
        "Curentul și asemănarea, așa cum le vede o rețea neuronală. Imaginile sunt protejate de "
        "drepturile artiștilor sau ale moștenitorilor lor ori se află în domeniul public."
    ),
    share_heading="Link public",
    share_asked="Linkul public se pregătește. Poate dura un minut.",
    share_open="Oricine poate deschide pagina la",
    share_meaning=(
        "Oricine are linkul poate folosi pagina și, prin ea, acest calculator. Linkul este "
        "temporar: se închide când oprești pagina sau când îl închide Gradio. Tot ce se trimite "
        "prin el trece prin serverul Gradio."
    ),
    share_code="Linkul în cod QR",
    share_failed="Linkul public nu a putut fi creat. Pagina funcționează doar pe acest calculator.",
    share_no_service=(
        "Serviciul de partajare Gradio nu răspunde. Verifică dacă acest calculator are internet "
        "și dacă un firewall sau un proxy blochează api.gradio.app, apoi repornește pagina."
    ),
    share_no_program=(
        "Programul pentru tunel nu a putut fi descărcat de la cdn-media.huggingface.co. Verifică "
        "dacă îl blochează un firewall sau un proxy. Poți și să pui tu programul în dosarul lui: "
        "terminalul arată adresa și dosarul."
    ),
    share_wrong_program=(
        "Programul descărcat pentru tunel nu este cel așteptat. Șterge-l și repornește pagina "
        "din altă rețea."
    ),
    share_no_folder=(
        "Certificatul tunelului nu a putut fi scris. Pornește pagina dintr-un dosar în care ai "
        "drept de scriere."
    ),
    share_no_start=(
        "Programul pentru tunel nu pornește. Poate că nu există unul pentru acest calculator sau "
        "îl blochează un antivirus."
    ),
    share_refused=(
        "Tunelul a fost refuzat sau a durat prea mult. Verifică dacă un firewall blochează "
        "conexiunile spre exterior și repornește pagina mai târziu."
    ),
    map_tab="Harta",
    map_intro=(
        "Fiecare punct este un tablou din colecție. Tablourile pe care rețeaua le găsește "
        "asemănătoare, prin ce înfățișează și prin felul în care sunt pictate, sunt aproape unele "
        "de altele. Direcțiile nu au nicio semnificație."
    ),
    map_keys=(
        "Oprește cursorul pe un tablou ca să-l vezi, apasă ca să cauți cu el, trage ca să muți "
        "harta. De la tastatură, săgețile trec de la un tablou la altul, Enter caută, + și - "
        "măresc și micșorează, 0 arată toată harta."
    ),
    map_label="Harta colecției",
    map_color_by="Colorează după",
    map_style="stil",
    map_movement="curent",
    map_date="dată",
    map_artist="Evidențiază un artist",
    map_count="Tablouri: {shown} din {all}",
    map_legend="Culori și forme. Alege câteva ca să le vezi doar pe acestea.",
    map_search_with="Caută cu acest tablou",
    map_here="Căutarea ta",
    map_zoom_in="Mărește",
    map_zoom_out="Micșorează",
    map_whole="Toată harta",
    map_no_style="fără stil",
    map_no_movement="alt curent",
    map_missing="Colecția nu are hartă. Are prea puține tablouri sau harta nu a fost desenată.",
    browse_tab="Colecția",
    browse_words="Titlu sau artist",
    browse_styles="Stiluri",
    browse_first_year="Din anul",
    browse_last_year="Până în anul",
    browse_artists="Artiștii, cu anii lucrărilor",
    browse_found="Tablourile {first}–{last} din {count}",  # noqa: RUF001 - a range
    browse_previous="Înapoi",
    browse_next="Înainte",
    browse_nothing="Niciun tablou nu corespunde. Renunță la un filtru.",
    browse_search_with="Caută cu {artist}, {title}",
)
